//! Which modules come before this one, whatever the order of php.ini.
//!
//! The engine ends requests in the reverse order of its modules. Static state is published when ours ends, which calls methods of user
//! code: what those use has to be there still. (phar, once it has ended, makes its tables anew, and the next request crashes in
//! them.) An optional dependency on a module that is not loaded means nothing.

use std::ffi::{CStr, c_char};

use ext_php_rs::ffi::_zend_module_dep;

/// `MODULE_DEP_OPTIONAL`, a macro.
const OPTIONAL: u8 = 3;

/// Modules with state for each request that user code can reach: those of PHP, and the usual ones of others.
#[rustfmt::skip]
const BEFORE: &[&CStr] = &[
    // PHP's.
    c"bcmath", c"bz2", c"calendar", c"com_dotnet", c"ctype", c"curl", c"date", c"dba", c"dom", c"enchant", c"exif", c"ffi", c"fileinfo",
    c"filter", c"ftp", c"gd", c"gettext", c"gmp", c"hash", c"iconv", c"imap", c"intl", c"json", c"ldap", c"libxml", c"mbstring",
    c"mysqli", c"mysqlnd", c"oci8", c"odbc", c"openssl", c"pcntl", c"pcre", c"PDO", c"pdo_dblib", c"PDO_Firebird", c"pdo_mysql",
    c"PDO_ODBC", c"pdo_pgsql", c"pdo_sqlite", c"pgsql", c"Phar", c"posix", c"pspell", c"random", c"readline", c"Reflection",
    c"session", c"shmop", c"SimpleXML", c"snmp", c"soap", c"sockets", c"sodium", c"SPL", c"sqlite3", c"standard", c"sysvmsg", c"sysvsem",
    c"sysvshm", c"tidy", c"tokenizer", c"xml", c"xmlreader", c"xmlwriter", c"xsl", c"Zend OPcache", c"zip", c"zlib",
    // Of others.
    c"amqp", c"apcu", c"ast", c"blackfire", c"brotli", c"cassandra", c"couchbase", c"datadog", c"ddtrace", c"decimal", c"ds", c"ev",
    c"event", c"excimer", c"geoip", c"gearman", c"gmagick", c"gnupg", c"grpc", c"http", c"igbinary", c"imagick", c"inotify", c"ion",
    c"lua", c"luasandbox", c"lz4", c"mailparse", c"maxminddb", c"mcrypt", c"memcache", c"memcached", c"mongodb", c"msgpack", c"newrelic",
    c"oauth", c"openswoole", c"opentelemetry", c"parallel", c"pcov", c"phalcon", c"pq", c"propro", c"protobuf", c"psr", c"raphf", c"rdkafka",
    c"redis", c"relay", c"rrd", c"scoutapm", c"simdjson", c"snappy", c"solr", c"spx", c"sqlsrv", c"pdo_sqlsrv", c"ssdeep", c"ssh2", c"stomp",
    c"swoole", c"sync", c"tideways_xhprof", c"translit", c"uopz", c"uploadprogress", c"uuid", c"uv", c"v8js", c"vips", c"wikidiff2", c"xdebug",
    c"xhprof", c"xlswriter", c"xmlrpc", c"yac", c"yaf", c"yaml", c"yar", c"zephir_parser", c"zmq", c"zookeeper", c"zstd",
];

/// A list of the engine's kind, which ends with an entry without a name.
struct Dependencies([_zend_module_dep; BEFORE.len() + 1]);

// SAFETY: pointers to constant texts, never changed.
unsafe impl Sync for Dependencies {}

static DEPENDENCIES: Dependencies = {
    let mut all = [entry(std::ptr::null()); BEFORE.len() + 1];
    let mut at = 0;
    while at < BEFORE.len() {
        all[at] = entry(BEFORE[at].as_ptr());
        at += 1;
    }
    Dependencies(all)
};

const fn entry(name: *const c_char) -> _zend_module_dep {
    let type_ = if name.is_null() { 0 } else { OPTIONAL };
    _zend_module_dep { name, rel: std::ptr::null(), version: std::ptr::null(), type_ }
}

/// For the module's entry.
pub(super) fn dependencies() -> *const _zend_module_dep {
    DEPENDENCIES.0.as_ptr()
}
