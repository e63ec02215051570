/* A module whose exceptions are made by a function of its own, as those of sodium are. */
#include <php.h>
#include <zend_exceptions.h>

static zend_object *create(zend_class_entry *class)
{
	return zend_ce_exception->create_object(class);
}

static PHP_MINIT_FUNCTION(throwable)
{
	zend_class_entry made, *class;
	INIT_CLASS_ENTRY(made, "OfModule", NULL);
	class = zend_register_internal_class_ex(&made, zend_ce_exception);
	class->create_object = create;
	return SUCCESS;
}

static zend_module_entry throwable_module_entry = {
	STANDARD_MODULE_HEADER, "throwable", NULL, PHP_MINIT(throwable), NULL, NULL, NULL, NULL, "1", STANDARD_MODULE_PROPERTIES
};
ZEND_GET_MODULE(throwable)
