/* A threaded server without a network, as FrankenPHP embeds PHP: each thread starts a request, runs a script, ends the
 * request, and so on; all in one process, whose module may be shut down and started again.
 *
 *   threads NAME INI-TEXT THREADS REQUESTS LIVES CYCLES SECONDS NOISE JOBS SCRIPT...
 *
 * NAME      of the SAPI: embed or frankenphp
 * THREADS   that run at the same time
 * REQUESTS  that each of them runs, with SCRIPT... in turn; 0: until SECONDS are over
 * LIVES     generations of threads, one after the other, in each cycle
 * CYCLES    of php_module_startup and php_module_shutdown
 * SECONDS   what Host\job() and REQUESTS=0 go by; 0: no limit
 * NOISE     1: signals that interrupt system calls hit the threads all the time
 * JOBS      that Host\job() hands out in all; 0: no limit
 *
 * Scripts have: Host\thread(): int, Host\job(): int (its number, or 0 when there is no more), Host\meet(): void (waits for
 * all threads), Host\add(string $counter, int $by): int, Host\vanish(): void (the thread ends in the middle of all), Host\memory(): int
 * (bytes of the process that are its own), Host\worked(): int (the thread's processor time in nanoseconds).
 * HOST_OTHER_INI in the environment: what every second cycle has in INI-TEXT's place.
 * At the end all counters are printed, sorted, and how many of the extension's mappings and descriptors were left when PHP had
 * ended. Exit status 0 if all requests could be started.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <php.h>
#include <SAPI.h>
#include <php_ini.h>
#include <php_main.h>
#include <php_variables.h>
#include <ext/standard/info.h>
#include <Zend/zend_signal.h>

#define MOST_THREADS 2048
#define MOST_COUNTERS 64

static int threads, requests, lives, cycles, seconds, noise, scripts;
static char **script;
static atomic_int failed, running, vanished;
static atomic_long jobs;
static long most_jobs;
static struct timespec began;
static pthread_barrier_t all;
static pthread_t ids[MOST_THREADS];
static atomic_int alive[MOST_THREADS];
/* The kernel's number of one that has vanished. */
static atomic_int gone[MOST_THREADS];
static __thread int number;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { char name[64]; long value; } counter[MOST_COUNTERS];

static int time_is_over(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return seconds != 0 && now.tv_sec - began.tv_sec >= seconds;
}

static long add(const char *name, long by)
{
	long value = -1;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < MOST_COUNTERS; i++) {
		if (!*counter[i].name) {
			snprintf(counter[i].name, sizeof counter[i].name, "%s", name);
		}
		if (strcmp(counter[i].name, name) == 0) {
			value = counter[i].value += by;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return value;
}

/* What scripts have. */

ZEND_BEGIN_ARG_INFO_EX(without, 0, 0, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_INFO_EX(with_counter, 0, 0, 2)
	ZEND_ARG_INFO(0, counter)
	ZEND_ARG_INFO(0, by)
ZEND_END_ARG_INFO()

PHP_FUNCTION(host_thread)
{
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_LONG(number);
}

PHP_FUNCTION(host_job)
{
	ZEND_PARSE_PARAMETERS_NONE();
	long job = atomic_fetch_add(&jobs, 1) + 1;
	RETURN_LONG(time_is_over() || (most_jobs != 0 && job > most_jobs) ? 0 : job);
}

PHP_FUNCTION(host_meet)
{
	ZEND_PARSE_PARAMETERS_NONE();
	pthread_barrier_wait(&all);
}

PHP_FUNCTION(host_add)
{
	char *name;
	size_t len;
	zend_long by;
	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_STRING(name, len)
		Z_PARAM_LONG(by)
	ZEND_PARSE_PARAMETERS_END();
	RETURN_LONG(add(name, by));
}

PHP_FUNCTION(host_vanish)
{
	ZEND_PARSE_PARAMETERS_NONE();
	/* The detector of races waits for the ends of threads that it has not seen. */
	if (getenv("HOST_STAY")) {
		return;
	}
	/* Not pthread_exit: no destructor, no clean-up runs. */
	atomic_store(&vanished, 1);
	atomic_store(&gone[number], (int) syscall(SYS_gettid));
	atomic_store(&alive[number], 0);
	syscall(SYS_exit, 0);
}

PHP_FUNCTION(host_memory)
{
	ZEND_PARSE_PARAMETERS_NONE();
	long pages = 0, shared = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file && fscanf(file, "%*d %ld %ld", &pages, &shared) != 2) {
		pages = shared = 0;
	}
	if (file) {
		fclose(file);
	}
	RETURN_LONG((pages - shared) * sysconf(_SC_PAGESIZE));
}

PHP_FUNCTION(host_worked)
{
	ZEND_PARSE_PARAMETERS_NONE();
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	RETURN_LONG(time.tv_sec * 1000000000L + time.tv_nsec);
}

static const zend_function_entry functions[] = {
	ZEND_NS_NAMED_FE("Host", thread, ZEND_FN(host_thread), without)
	ZEND_NS_NAMED_FE("Host", job, ZEND_FN(host_job), without)
	ZEND_NS_NAMED_FE("Host", meet, ZEND_FN(host_meet), without)
	ZEND_NS_NAMED_FE("Host", add, ZEND_FN(host_add), with_counter)
	ZEND_NS_NAMED_FE("Host", vanish, ZEND_FN(host_vanish), without)
	ZEND_NS_NAMED_FE("Host", worked, ZEND_FN(host_worked), without)
	ZEND_NS_NAMED_FE("Host", memory, ZEND_FN(host_memory), without)
	ZEND_FE_END
};

/* The server. */

/* HOST_MODULE names an extension that is loaded here: the engine's own way of loading does not go with sanitizers. */
static int start_module(sapi_module_struct *module)
{
	zend_module_entry *more = NULL;
	const char *path = getenv("HOST_MODULE");
	if (path) {
		void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
		zend_module_entry *(*get_module)(void) = library ? (zend_module_entry *(*)(void)) dlsym(library, "get_module") : NULL;
		if (!get_module) {
			fprintf(stderr, "%s\n", dlerror());
			return FAILURE;
		}
		more = get_module();
	}
	return php_module_startup(module, more);
}

static int nothing(void)
{
	return SUCCESS;
}

static size_t write_out(const char *text, size_t len)
{
	pthread_mutex_lock(&lock);
	fwrite(text, 1, len, stdout);
	pthread_mutex_unlock(&lock);
	return len;
}

static void flush_out(void *context)
{
	(void) context;
}

static char *no_cookies(void)
{
	return NULL;
}

static void register_variables(zval *variables)
{
	php_import_environment_variables(variables);
}

static void log_message(const char *message, int kind)
{
	(void) kind;
	fprintf(stderr, "%s\n", message);
}

static void no_header(sapi_header_struct *header, void *context)
{
	(void) header, (void) context;
}

static sapi_module_struct module = {
	.pretty_name = "Threads",
	.startup = start_module,
	.shutdown = php_module_shutdown_wrapper,
	.activate = nothing,
	.deactivate = nothing,
	.ub_write = write_out,
	.flush = flush_out,
	.sapi_error = php_error,
	.send_header = no_header,
	.read_cookies = no_cookies,
	.register_server_variables = register_variables,
	.log_message = log_message,
	.get_request_time = NULL,
	.terminate_process = NULL,
	STANDARD_SAPI_MODULE_PROPERTIES
};

static int one_request(const char *path)
{
	zend_file_handle file;

	memset(&SG(request_info), 0, sizeof SG(request_info));
	SG(request_info).request_method = "GET";
	SG(request_info).path_translated = (char *) path;
	SG(request_info).proto_num = 1001;
	SG(server_context) = &alive[number];
	SG(sapi_headers).http_response_code = 200;
	if (php_request_startup() == FAILURE) {
		return 0;
	}
	SG(headers_sent) = 1;
	zend_stream_init_filename(&file, path);
	zend_first_try {
		php_execute_script(&file);
	} zend_catch {
	} zend_end_try();
	zend_destroy_file_handle(&file);
	php_request_shutdown(NULL);
	SG(server_context) = NULL;
	return 1;
}

static void *serve(void *argument)
{
	number = (int) (intptr_t) argument;
	ts_resource(0);
	for (int i = 0; requests ? i < requests : !time_is_over(); i++) {
		if (!one_request(script[(i + number) % scripts])) {
			atomic_store(&failed, 1);
			break;
		}
		add("requests", 1);
	}
	ts_free_thread();
	atomic_store(&alive[number], 0);
	return NULL;
}

static void ignore(int signal)
{
	(void) signal;
}

/* Signals hit threads that wait or compute; nothing may take an interrupted call for a failed one. */
static void *make_noise(void *argument)
{
	(void) argument;
	for (unsigned at = 0; atomic_load(&running); at++) {
		int thread = at % threads;
		if (atomic_load(&alive[thread])) {
			/* The thread may be gone by now, but it is not joined before this one is. */
			pthread_kill(ids[thread], SIGWINCH);
		}
		usleep(200);
	}
	return NULL;
}

/* The kernel tells of the end of one that has vanished, but not every C library's pthread_join does. */
static void join(int thread)
{
	while (atomic_load(&alive[thread])) {
		usleep(1000);
	}
	int kernels = atomic_load(&gone[thread]);
	if (!kernels) {
		pthread_join(ids[thread], NULL);
	}
	while (kernels && syscall(SYS_tgkill, getpid(), kernels, 0) == 0) {
		usleep(1000);
	}
}

static void one_life(void)
{
	pthread_t noisy;

	pthread_barrier_init(&all, NULL, threads);
	for (int i = 0; i < threads; i++) {
		atomic_store(&alive[i], 1);
		atomic_store(&gone[i], 0);
		if (pthread_create(&ids[i], NULL, serve, (void *) (intptr_t) i) != 0) {
			perror("pthread_create");
			exit(4);
		}
	}
	if (noise) {
		atomic_store(&running, 1);
		pthread_create(&noisy, NULL, make_noise, NULL);
	}
	if (noise) {
		/* Signals must not reach joined threads. */
		for (int i = 0; i < threads; i++) {
			while (atomic_load(&alive[i])) {
				usleep(1000);
			}
		}
		atomic_store(&running, 0);
		pthread_join(noisy, NULL);
	}
	for (int i = 0; i < threads; i++) {
		join(i);
	}
	pthread_barrier_destroy(&all);
}

/* What is left of the caches in this process. */
static void count_left(void)
{
	char line[1024], path[64];
	long mappings = 0, descriptors = 0;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof line, maps)) {
		mappings += strstr(line, "memfd:static-cache") != NULL;
	}
	if (maps) {
		fclose(maps);
	}
	for (int fd = 0; fd < 1024; fd++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ssize_t len = readlink(path, line, sizeof line - 1);
		line[len < 0 ? 0 : len] = 0;
		descriptors += strstr(line, "memfd:static-cache") != NULL;
	}
	add("left mappings", mappings);
	add("left descriptors", descriptors);
}

/* PHP's life from start to end, on a main thread of its own: an engine that is started again in a living process gets a new
 * one, as in FrankenPHP. */
static void *one_cycle(void *ini)
{
	php_tsrm_startup();
	zend_signal_startup();
	sapi_startup(&module);
	module.ini_entries = ini;
	module.additional_functions = functions;
	module.phpinfo_as_text = 1;
	if (module.startup(&module) == FAILURE) {
		atomic_store(&failed, 3);
		return NULL;
	}
	for (int life = 0; life < lives; life++) {
		one_life();
	}
	/* PHP's end would free what a thread has left that vanished in the middle of a request, as if this thread had made it, and die. */
	if (!atomic_load(&vanished)) {
		php_module_shutdown();
		sapi_shutdown();
		tsrm_shutdown();
	}
	count_left();
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = ignore };

	if (argc < 11) {
		return 2;
	}
	module.name = argv[1];
	threads = atoi(argv[3]);
	requests = atoi(argv[4]);
	lives = atoi(argv[5]);
	cycles = atoi(argv[6]);
	seconds = atoi(argv[7]);
	noise = atoi(argv[8]);
	most_jobs = atol(argv[9]);
	script = argv + 10;
	scripts = argc - 10;
	if (threads < 1 || threads > MOST_THREADS) {
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGWINCH, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &began);

	for (int cycle = 0; cycle < cycles; cycle++) {
		pthread_t one;
		char *other = cycle % 2 ? getenv("HOST_OTHER_INI") : NULL;
		pthread_create(&one, NULL, one_cycle, other ? other : argv[2]);
		pthread_join(one, NULL);
	}

	qsort(counter, MOST_COUNTERS, sizeof *counter, by_name);
	for (int i = 0; i < MOST_COUNTERS; i++) {
		if (*counter[i].name) {
			printf("%s: %ld\n", counter[i].name, counter[i].value);
		}
	}
	return atomic_load(&failed);
}
