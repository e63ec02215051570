/* A program that embeds PHP: runs each argument as one request of one process.
 *
 *   embed PHP-INI-TEXT CODE...
 */
#include <stdlib.h>
#include <sapi/embed/php_embed.h>

int main(int argc, char **argv)
{
	int failed = 0;
	if (argc < 2) {
		return 2;
	}
	/* The embed SAPI's own defaults come first, then ours. */
	php_embed_module.ini_entries = argv[1];
	if (php_embed_init(argc, argv) == FAILURE) {
		return 3;
	}
	for (int i = 2; i < argc; i++) {
		zend_first_try {
			failed |= zend_eval_string(argv[i], NULL, "embed") == FAILURE;
		} zend_catch {
			failed = 1;
		} zend_end_try();
		if (i + 1 < argc) {
			php_request_shutdown(NULL);
			if (php_request_startup() == FAILURE) {
				return 4;
			}
		}
	}
	php_embed_shutdown();
	return failed;
}
