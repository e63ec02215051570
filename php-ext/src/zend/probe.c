/* Compiled to assembly only: each DEF leaves a line .ascii "->kind NAME value" that build.rs turns into a Rust constant. */
#include <stddef.h>
#include "php.h"
#include "zend_hash.h"
#include "zend_string.h"
#include "zend_attributes.h"
#include "zend_observer.h"
#include "zend_fibers.h"
#include "zend_weakrefs.h"
#include "zend_vm_opcodes.h"
#include "zend_extensions.h"
#include "ext/date/php_date.h"
#include "ext/standard/basic_functions.h"

#ifdef ZEND_BIND_INIT_STATIC_OR_JMP
# define ZEND_BIND_INIT_STATIC_OR_JMP_OR_0 ZEND_BIND_INIT_STATIC_OR_JMP
#else
# define ZEND_BIND_INIT_STATIC_OR_JMP_OR_0 0
#endif

#define LINE(head, value) __asm__ volatile("\n.ascii \"->" head " %0\"" : : "i"((unsigned long) (value)))
#define DEF(kind, name, value) LINE(#kind " " #name, value)
#define FLAG(name) LINE("u32 " #name, (uint32_t) (name))
#define SIZE(name, type) LINE("usize " #name, sizeof(type))
#define OFFSET(name, type, member) LINE("usize " #name, offsetof(type, member))

/* The signatures that the Rust side declares by hand. */
_Static_assert(__builtin_types_compatible_p(__typeof__(zend_string_hash_func), zend_ulong(zend_string *)), "zend_string_hash_func");
_Static_assert(__builtin_types_compatible_p(__typeof__(zend_hash_func), zend_ulong(const char *, size_t)), "zend_hash_func");
_Static_assert(__builtin_types_compatible_p(__typeof__(zval_ptr_dtor), void(zval *)), "zval_ptr_dtor");
#define SAME(function, type) _Static_assert(__builtin_types_compatible_p(__typeof__(function), type), #function)
SAME(zend_observer_class_linked_register, void(void (*)(zend_class_entry *, zend_string *)));
SAME(zend_observer_error_register, void(void (*)(int, zend_string *, uint32_t, zend_string *)));
SAME(zend_error_zstr, void(int, zend_string *));
SAME(zend_error_cb, void (*)(int, zend_string *, uint32_t, zend_string *));
SAME(zend_compile_file, zend_op_array *(*)(zend_file_handle *, int));
SAME(zend_resolve_path, zend_string *(*)(zend_string *));
SAME(zend_autoload, zend_class_entry *(*)(zend_string *, zend_string *));
SAME(zend_compile_string, zend_op_array *(*)(zend_string *, const char *, zend_compile_position));
SAME(zend_observer_fiber_switch_register, void(void (*)(zend_fiber_context *, zend_fiber_context *)));
SAME(zend_internal_attribute_register, zend_internal_attribute *(zend_class_entry *, uint32_t));
SAME(zend_weakrefs_hash_add, zval *(HashTable *, zend_object *, zval *));
SAME(zend_weakrefs_hash_del, zend_result(HashTable *, zend_object *));
SAME(zend_register_extension, void(zend_extension *, DL_HANDLE));
SAME(zend_get_resource_handle, int(const char *));
SAME(php_date_initialize, bool(php_date_obj *, const char *, size_t, const char *, zval *, int));
SAME(php_date_instantiate, zval *(zend_class_entry *, zval *));
_Static_assert(!ZEND_USE_ABS_CONST_ADDR, "literals are found by their distance");
_Static_assert(!ZEND_USE_ABS_JMP_ADDR, "jumps go a distance");
_Static_assert(sizeof(zend_compile_position) == sizeof(int), "zend_compile_position");
_Static_assert(sizeof(zend_ulong) == 8 && sizeof(void *) == 8, "a 64-bit PHP");

void probe(void)
{
	FLAG(PHP_VERSION_ID);
	DEF(u32, MODULE_API, ZEND_MODULE_API_NO);
#ifdef ZTS
	DEF(u32, PHP_ZTS, 1);
#else
	DEF(u32, PHP_ZTS, 0);
#endif
	DEF(u32, PHP_DEBUG, ZEND_DEBUG);

	FLAG(IS_UNDEF);
	FLAG(IS_NULL);
	FLAG(IS_FALSE);
	FLAG(IS_TRUE);
	FLAG(IS_LONG);
	FLAG(IS_DOUBLE);
	FLAG(IS_STRING);
	FLAG(IS_ARRAY);
	FLAG(IS_OBJECT);
	FLAG(IS_RESOURCE);
	FLAG(IS_REFERENCE);
	FLAG(IS_CONSTANT_AST);
	FLAG(IS_INDIRECT);
	FLAG(IS_INTERNED_STRING_EX);
	FLAG(IS_ARRAY_EX);
	FLAG(IS_OBJECT_EX);
	FLAG(IS_REFERENCE_EX);
	FLAG(Z_TYPE_FLAGS_MASK);

	FLAG(GC_TYPE_MASK);
	DEF(u32, GC_FLAG_IMMUTABLE, GC_IMMUTABLE << GC_FLAGS_SHIFT);
	/* What makes the collector pass over something: it knows it already, or there is nothing to be known. */
	DEF(u32, GC_KNOWN, GC_INFO_MASK | (GC_NOT_COLLECTABLE << GC_FLAGS_SHIFT));
	FLAG(GC_STRING);
	FLAG(GC_ARRAY);
	FLAG(GC_REFERENCE);
	DEF(u32, STR_INTERNED, IS_STR_INTERNED << GC_FLAGS_SHIFT);
	DEF(u32, STR_PERMANENT, IS_STR_PERMANENT << GC_FLAGS_SHIFT);
	DEF(u32, STR_VALID_UTF8, IS_STR_VALID_UTF8 << GC_FLAGS_SHIFT);

	FLAG(HASH_FLAG_PACKED);
	FLAG(HASH_FLAG_UNINITIALIZED);
	FLAG(HASH_FLAG_STATIC_KEYS);
	FLAG(HT_MIN_MASK);
	FLAG(HT_MIN_SIZE);
	FLAG(HT_INVALID_IDX);

	SIZE(SIZEOF_ZVAL, zval);
	OFFSET(ZVAL_VALUE, zval, value);
	OFFSET(ZVAL_INFO, zval, u1.type_info);
	OFFSET(ZVAL_NEXT, zval, u2.next);

	SIZE(SIZEOF_BUCKET, Bucket);
	OFFSET(BUCKET_VAL, Bucket, val);
	OFFSET(BUCKET_H, Bucket, h);
	OFFSET(BUCKET_KEY, Bucket, key);

	SIZE(SIZEOF_COUNTED, zend_refcounted_h);
	OFFSET(COUNTED_REFCOUNT, zend_refcounted_h, refcount);
	OFFSET(COUNTED_INFO, zend_refcounted_h, u.type_info);

	DEF(usize, STRING_HEADER, _ZSTR_HEADER_SIZE);
	OFFSET(STRING_GC, zend_string, gc);
	OFFSET(STRING_H, zend_string, h);
	OFFSET(STRING_LEN, zend_string, len);

	SIZE(SIZEOF_ARRAY, zend_array);
	OFFSET(ARRAY_GC, zend_array, gc);
	OFFSET(ARRAY_FLAGS, zend_array, u.flags);
	OFFSET(ARRAY_MASK, zend_array, nTableMask);
	OFFSET(ARRAY_DATA, zend_array, arData);
	OFFSET(ARRAY_PACKED, zend_array, arPacked);
	OFFSET(ARRAY_USED, zend_array, nNumUsed);
	OFFSET(ARRAY_COUNT, zend_array, nNumOfElements);
	OFFSET(ARRAY_SIZE, zend_array, nTableSize);
	OFFSET(ARRAY_CURSOR, zend_array, nInternalPointer);
	OFFSET(ARRAY_NEXT_FREE, zend_array, nNextFreeElement);
	OFFSET(ARRAY_DTOR, zend_array, pDestructor);

	SIZE(SIZEOF_REFERENCE, zend_reference);
	OFFSET(REFERENCE_GC, zend_reference, gc);
	OFFSET(REFERENCE_VAL, zend_reference, val);
	OFFSET(REFERENCE_SOURCES, zend_reference, sources);

	OFFSET(OBJECT_GC, zend_object, gc);
	OFFSET(OBJECT_HANDLE, zend_object, handle);
	OFFSET(OBJECT_CLASS, zend_object, ce);
	OFFSET(OBJECT_HANDLERS, zend_object, handlers);
	OFFSET(OBJECT_PROPERTIES, zend_object, properties);
	OFFSET(OBJECT_SLOTS, zend_object, properties_table);
	OFFSET(CLASS_NAME, zend_class_entry, name);

	OFFSET(BASIC_NUMBERING, php_basic_globals, serialize_lock);
	DEF(usize, NUMBERING_SERIALIZE, offsetof(php_basic_globals, serialize) - offsetof(php_basic_globals, serialize_lock));
	DEF(usize, NUMBERING_UNSERIALIZE, offsetof(php_basic_globals, unserialize) - offsetof(php_basic_globals, serialize_lock));
	DEF(usize, NUMBERING_LEVEL, offsetof(php_basic_globals, serialize.level) - offsetof(php_basic_globals, serialize.data));
	_Static_assert(__builtin_types_compatible_p(__typeof__(((php_basic_globals *) 0)->serialize_lock), unsigned), "the lock of serialization");
	_Static_assert(__builtin_types_compatible_p(__typeof__(((php_basic_globals *) 0)->unserialize.level), unsigned), "the level of serialization");
#ifdef ZTS
	_Static_assert(__builtin_types_compatible_p(__typeof__(basic_globals_id), int), "basic_globals_id");
#endif

	OFFSET(DATE_OBJECT, php_date_obj, std);
	_Static_assert(offsetof(php_date_obj, time) == 0, "the moment of a date");
	SIZE(SIZEOF_MOMENT, timelib_time);
	SIZE(SIZEOF_RELATIVE, timelib_rel_time);
	OFFSET(MOMENT_YEAR, timelib_time, y);
	OFFSET(MOMENT_MICROSECOND, timelib_time, us);
	OFFSET(MOMENT_OFFSET, timelib_time, z);
	OFFSET(MOMENT_ABBREVIATION, timelib_time, tz_abbr);
	OFFSET(MOMENT_ZONE, timelib_time, tz_info);
	OFFSET(MOMENT_IS_LOCAL, timelib_time, is_localtime);
	OFFSET(MOMENT_KIND, timelib_time, zone_type);
	OFFSET(MOMENT_SUMMER, timelib_time, dst);
	OFFSET(MOMENT_SINCE_EPOCH, timelib_time, sse);
	OFFSET(MOMENT_SSE_UPTODATE, timelib_time, sse_uptodate);
	OFFSET(ZONE_NAME, timelib_tzinfo, name);
	OFFSET(ZONE_COUNT, timelib_tzinfo, bit64.timecnt);
	OFFSET(ZONE_CHANGES, timelib_tzinfo, trans);
	OFFSET(ZONE_TYPES, timelib_tzinfo, trans_idx);
	OFFSET(ZONE_LEAPS, timelib_tzinfo, bit64.leapcnt);
	OFFSET(ZONE_KINDS, timelib_tzinfo, bit64.typecnt);
	SIZE(SIZEOF_LOCATION, tlocinfo);
	OFFSET(ZONE_RULES, timelib_tzinfo, posix_info);
	OFFSET(RULES_BEGIN, timelib_posix_str, dst_begin);
	OFFSET(RULES_END, timelib_posix_str, dst_end);
	OFFSET(RULES_STANDARD, timelib_posix_str, type_index_std_type);
	OFFSET(RULES_SUMMER, timelib_posix_str, type_index_dst_type);
	SIZE(SIZEOF_RULE, timelib_posix_trans_info);
	OFFSET(RULE_DAYS, timelib_posix_trans_info, days);
	OFFSET(RULE_MONTH, timelib_posix_trans_info, mwd.month);
	OFFSET(RULE_WEEK, timelib_posix_trans_info, mwd.week);
	OFFSET(RULE_WEEKDAY, timelib_posix_trans_info, mwd.dow);
	OFFSET(RULE_TIME, timelib_posix_trans_info, hour);
	DEF(i32, RULE_JULIAN, TIMELIB_POSIX_TRANS_TYPE_JULIAN_NO_FEB29);
	DEF(i32, RULE_DAY, TIMELIB_POSIX_TRANS_TYPE_JULIAN_FEB29);
	_Static_assert(__builtin_types_compatible_p(__typeof__(((timelib_tzinfo *) 0)->trans), int64_t *), "changes of a time zone");
	_Static_assert(__builtin_types_compatible_p(__typeof__(((timelib_tzinfo *) 0)->bit64.timecnt), uint64_t), "changes of a time zone");
	_Static_assert(__builtin_types_compatible_p(__typeof__(((timelib_tzinfo *) 0)->trans_idx), unsigned char *), "kinds of a time zone's time");
	FLAG(TIMELIB_ZONETYPE_OFFSET);
	FLAG(TIMELIB_ZONETYPE_ABBR);
	FLAG(TIMELIB_ZONETYPE_ID);

	SIZE(SIZEOF_ATTRIBUTE_ARG, zend_attribute_arg);
	OFFSET(ATTRIBUTE_LCNAME, zend_attribute, lcname);
	OFFSET(ATTRIBUTE_ARGC, zend_attribute, argc);
	OFFSET(ATTRIBUTE_ARGS, zend_attribute, args);
	OFFSET(ATTRIBUTE_ARG_VALUE, zend_attribute_arg, value);
	OFFSET(INTERNAL_ATTRIBUTE_VALIDATOR, zend_internal_attribute, validator);
	OFFSET(AST_CHILD, zend_ast, child);
	OFFSET(AST_LIST_CHILDREN, zend_ast_list, children);
	OFFSET(AST_LIST_CHILD, zend_ast_list, child);
	OFFSET(AST_ZVAL_VAL, zend_ast_zval, val);
	SIZE(SIZEOF_AST_REF, zend_ast_ref);
	FLAG(ZEND_AST_SPECIAL_SHIFT);
	FLAG(ZEND_AST_IS_LIST_SHIFT);
	FLAG(ZEND_AST_NUM_CHILDREN_SHIFT);
	FLAG(ZEND_AST_ZVAL);
	FLAG(ZEND_AST_CONSTANT);
	FLAG(ZEND_AST_CLASS_CONST);
	FLAG(ZEND_AST_NEW);
	FLAG(ZEND_AST_STATIC_CALL);
#if PHP_VERSION_ID >= 80500
	FLAG(ZEND_AST_OP_ARRAY);
	OFFSET(AST_OP_ARRAY, zend_ast_op_array, op_array);
#endif
	FLAG(ZEND_ATTRIBUTE_TARGET_CLASS);
	FLAG(ZEND_ATTRIBUTE_TARGET_METHOD);
	FLAG(ZEND_ATTRIBUTE_TARGET_PROPERTY);
	FLAG(ZEND_COMPILE_PRELOAD);
	FLAG(ZEND_COMPILE_NO_CONSTANT_SUBSTITUTION);
	OFFSET(FIBER_CONTEXT, zend_fiber, context);
	OFFSET(FIBER_CALLER, zend_fiber, caller);
	OFFSET(FIBER_EXECUTE_DATA, zend_fiber, execute_data);
	OFFSET(FIBER_HANDLE, zend_fiber_context, handle);
	OFFSET(FIBER_KIND, zend_fiber_context, kind);
	OFFSET(FIBER_STACK, zend_fiber_context, stack);
	OFFSET(FIBER_STATUS, zend_fiber_context, status);
	OFFSET(FIBER_RESERVED, zend_fiber_context, reserved);
	FLAG(ZEND_FIBER_STATUS_SUSPENDED);
	FLAG(IS_OBJ_WEAKLY_REFERENCED);
	FLAG(ZEND_ACC_TRAIT);
	FLAG(ZEND_ACC_INTERFACE);
	FLAG(ZEND_ACC_LINKED);
	FLAG(ZEND_ACC_NEARLY_LINKED);
	FLAG(ZEND_BIND_INIT_STATIC_OR_JMP_OR_0);
	FLAG(ZEND_NOP);
	FLAG(ZEND_CHECK_FUNC_ARG);
	FLAG(ZEND_CHECK_UNDEF_ARGS);
	FLAG(ZEND_EXT_STMT);
	FLAG(ZEND_EXT_FCALL_BEGIN);
	FLAG(ZEND_EXT_FCALL_END);
	FLAG(ZEND_INIT_FCALL);
	FLAG(ZEND_INIT_FCALL_BY_NAME);
	FLAG(ZEND_INIT_NS_FCALL_BY_NAME);
	FLAG(ZEND_DO_FCALL);
	FLAG(ZEND_DO_ICALL);
	FLAG(ZEND_DO_UCALL);
	FLAG(ZEND_DO_FCALL_BY_NAME);
	FLAG(ZEND_SEND_VAL);
	FLAG(ZEND_SEND_VAL_EX);
	FLAG(ZEND_SEND_VAR);
	FLAG(ZEND_SEND_VAR_EX);
	FLAG(ZEND_SEND_VAR_NO_REF);
	FLAG(ZEND_SEND_VAR_NO_REF_EX);
	FLAG(ZEND_SEND_REF);
	FLAG(ZEND_SEND_FUNC_ARG);
	FLAG(ZEND_FETCH_R);
	FLAG(ZEND_FETCH_W);
	FLAG(ZEND_FETCH_FUNC_ARG);
	FLAG(ZEND_FETCH_DIM_R);
	FLAG(ZEND_FETCH_DIM_W);
	FLAG(ZEND_FETCH_DIM_FUNC_ARG);
	FLAG(ZEND_FETCH_OBJ_R);
	FLAG(ZEND_FETCH_OBJ_W);
	FLAG(ZEND_FETCH_OBJ_FUNC_ARG);
	FLAG(ZEND_FETCH_STATIC_PROP_R);
	FLAG(ZEND_FETCH_STATIC_PROP_W);
	FLAG(ZEND_FETCH_STATIC_PROP_FUNC_ARG);
	FLAG(ZEND_CAST);
	FLAG(ZEND_TYPE_CHECK);
	FLAG(ZEND_ASSIGN_OP);
	FLAG(ZEND_ASSIGN_DIM_OP);
	FLAG(ZEND_ASSIGN_OBJ_OP);
	FLAG(ZEND_ASSIGN_STATIC_PROP_OP);
	FLAG(ZEND_NEW);
	FLAG(ZEND_INIT_STATIC_METHOD_CALL);
	FLAG(ZEND_FETCH_CLASS_CONSTANT);
	FLAG(ZEND_DECLARE_LAMBDA_FUNCTION);
	FLAG(ZEND_MATCH);
	FLAG(ZEND_SWITCH_LONG);
	FLAG(ZEND_SWITCH_STRING);
#ifdef ZEND_FRAMELESS_ICALL_0
	FLAG(ZEND_FRAMELESS_ICALL_0);
	FLAG(ZEND_FRAMELESS_ICALL_1);
	FLAG(ZEND_FRAMELESS_ICALL_2);
	FLAG(ZEND_FRAMELESS_ICALL_3);
#endif
	FLAG(IS_CONST);
	FLAG(IS_CV);
	FLAG(IS_UNUSED);
	DEF(usize, ZEND_CALL_FRAME_SLOT, ZEND_CALL_FRAME_SLOT);
	DEF(u32, ZEND_CALL_GLOBAL_CODE, ZEND_CALL_TOP_CODE | ZEND_CALL_HAS_SYMBOL_TABLE);
	SIZE(SIZEOF_EXTENSION, zend_extension);
	OFFSET(EXTENSION_OP_ARRAY_HANDLER, zend_extension, op_array_handler);
	OFFSET(EXTENSION_RESOURCE_NUMBER, zend_extension, resource_number);
	FLAG(ZEND_DECLARE_CLASS);
	FLAG(ZEND_DECLARE_CLASS_DELAYED);
	FLAG(ZEND_DECLARE_ANON_CLASS);
	FLAG(ZEND_HANDLE_EXCEPTION);
	FLAG(ZEND_RETURN);
	FLAG(ZEND_DEBUG);
	FLAG(ZEND_DECLARE_FUNCTION);
	FLAG(ZEND_DECLARE_CONST);
#ifdef ZEND_DECLARE_ATTRIBUTED_CONST
	FLAG(ZEND_DECLARE_ATTRIBUTED_CONST);
	FLAG(ZEND_OP_DATA);
#endif
	FLAG(ZEND_DEFINED);
	FLAG(ZEND_BOOL);
	FLAG(ZEND_BOOL_NOT);
	FLAG(ZEND_FREE);
	FLAG(ZEND_JMPZ);
	FLAG(ZEND_JMPNZ);
	FLAG(ZEND_JMPZ_EX);
	FLAG(ZEND_JMPNZ_EX);
	FLAG(ZEND_INCLUDE_OR_EVAL);
	FLAG(ZEND_INCLUDE);
	FLAG(ZEND_REQUIRE);
	FLAG(ZEND_FE_FETCH_R);
	FLAG(ZEND_FE_FETCH_RW);
	FLAG(ZEND_YIELD_FROM);
	FLAG(ZEND_SEND_UNPACK);
	FLAG(ZEND_ADD_ARRAY_UNPACK);

	FLAG(GC_OBJECT);
	FLAG(IS_OBJ_DESTRUCTOR_CALLED);
	DEF(u8, ZEND_USER_CLASS, ZEND_USER_CLASS);
	DEF(u8, ZEND_USER_FUNCTION, ZEND_USER_FUNCTION);
	FLAG(ZEND_ACC_ENUM);
	FLAG(ZEND_ACC_ANON_CLASS);
	FLAG(ZEND_ACC_NOT_SERIALIZABLE);
	FLAG(ZEND_ACC_NO_DYNAMIC_PROPERTIES);
	FLAG(ZEND_ACC_CONSTANTS_UPDATED);
	DEF(u32, ZEND_ACC_NO_INSTANCES,
	    ZEND_ACC_INTERFACE | ZEND_ACC_TRAIT | ZEND_ACC_IMPLICIT_ABSTRACT_CLASS | ZEND_ACC_EXPLICIT_ABSTRACT_CLASS);
	FLAG(ZEND_ACC_STATIC);
	FLAG(ZEND_CLASS_CONST_IS_CASE);
	FLAG(ZEND_ACC_HAS_AST_CONSTANTS);
	FLAG(ZEND_ACC_DEPRECATED);
	FLAG(_ZEND_TYPE_NAME_BIT);
	FLAG(_ZEND_TYPE_LIST_BIT);
	FLAG(_ZEND_TYPE_ARENA_BIT);
	FLAG(ZEND_FETCH_CLASS_SILENT);
#if PHP_VERSION_ID >= 80500
	FLAG(CONST_DEPRECATED);
	_Static_assert(offsetof(zend_constant, value) == 0, "a constant's value");
	OFFSET(CONSTANT_ATTRIBUTES, zend_constant, attributes);
#endif
#if PHP_VERSION_ID >= 80400
	FLAG(IS_OBJ_LAZY_UNINITIALIZED);
	FLAG(IS_OBJ_LAZY_PROXY);
	OFFSET(OBJECT_EXTRA, zend_object, extra_flags);
#endif
}
