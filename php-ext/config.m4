dnl Builds the extension with cargo. phpize makes a configure script of this; Makefile.frag has the rules.
dnl
dnl Variables of the environment that count: CARGO, RUSTC, CARGO_TARGET_DIR, CARGO_NET_OFFLINE, LIBCLANG_PATH, CC.

PHP_ARG_ENABLE([static_cache],
  [whether to build static_cache],
  [AS_HELP_STRING([--enable-static-cache],
    [Build static_cache (always on here)])],
  [yes])

AC_DEFUN([STATIC_CACHE_REFUSE], [AC_MSG_ERROR([$1])])

dnl The root of the workspace: above this folder, or this folder in a pecl package.
for static_cache_root in "$abs_srcdir" "$abs_srcdir/.."; do
  test -f "$static_cache_root/php-ext/Cargo.toml" && break
done
test -f "$static_cache_root/php-ext/Cargo.toml" || STATIC_CACHE_REFUSE([no php-ext/Cargo.toml in $abs_srcdir or above it: the sources are incomplete])
STATIC_CACHE_ROOT=`cd "$static_cache_root" && pwd`

AC_MSG_CHECKING([for a PHP that static_cache can be built for])
static_cache_php=`$PHP_CONFIG --vernum`
static_cache_version=`$PHP_CONFIG --version`
AC_MSG_RESULT([$static_cache_version])
if test "$static_cache_php" -lt 80200; then
  STATIC_CACHE_REFUSE([static_cache needs PHP 8.2 or later, but $PHP_CONFIG is of PHP $static_cache_version: name another one with --with-php-config=PATH])
fi
if test "$static_cache_php" -ge 80600; then
  AC_MSG_WARN([static_cache was tested with PHP 8.2 to 8.5, not with $static_cache_version])
fi
if test ! -x "$PHP_EXECUTABLE"; then
  STATIC_CACHE_REFUSE([$PHP_CONFIG names no PHP binary ("$PHP_EXECUTABLE"), which the build asks about itself: install the command line version of this PHP])
fi

AC_MSG_CHECKING([for a 64-bit Linux])
case `uname -s`-`getconf LONG_BIT 2>/dev/null` in
  Linux-64) AC_MSG_RESULT([yes]) ;;
  *)
    AC_MSG_RESULT([no])
    STATIC_CACHE_REFUSE([static_cache runs on 64-bit Linux only])
    ;;
esac

AC_CHECK_PROG([static_cache_make], [make], [yes], [no])
if test "$static_cache_make" = no; then
  STATIC_CACHE_REFUSE([make was not found: install it (Debian, Ubuntu: make)])
fi

AC_ARG_VAR([CARGO], [cargo, the build tool of Rust])
AC_ARG_VAR([RUSTC], [rustc, the compiler of Rust])
AC_ARG_VAR([LIBCLANG_PATH], [folder of libclang.so, if it is in an unusual place])
AC_ARG_VAR([CARGO_TARGET_DIR], [where cargo keeps what it builds [target in the build folder]])
dnl rustup installs there, and a root shell may not have it on its PATH.
static_cache_path=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
AC_PATH_PROG([CARGO], [cargo], [no], [$static_cache_path])
AC_PATH_PROG([RUSTC], [rustc], [no], [$static_cache_path])
static_cache_wanted=`sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$STATIC_CACHE_ROOT/Cargo.toml"`
static_cache_remedy="Install Rust $static_cache_wanted or later (your distribution's cargo and rustc if they are new enough, or rustup), or name them: ./configure CARGO=/path/to/cargo RUSTC=/path/to/rustc"
if test "$CARGO" = no || test "$RUSTC" = no; then
  STATIC_CACHE_REFUSE([cargo or rustc was not found. $static_cache_remedy])
fi
for static_cache_tool in "$CARGO" "$RUSTC"; do
  AC_MSG_CHECKING([whether $static_cache_tool is of Rust $static_cache_wanted or later])
  static_cache_found=`"$static_cache_tool" --version 2>/dev/null | sed -n 's/^[[^ ]]* \([[0-9]]*\.[[0-9]]*\).*/\1/p'`
  AC_MSG_RESULT([${static_cache_found:-it does not run}])
  if test -z "$static_cache_found"; then
    STATIC_CACHE_REFUSE(["$static_cache_tool --version" failed. $static_cache_remedy])
  fi
  if test "`echo "$static_cache_found" | awk -F. '{ print @S|@1 * 1000 + @S|@2 }'`" -lt "`echo "$static_cache_wanted" | awk -F. '{ print @S|@1 * 1000 + @S|@2 }'`"; then
    STATIC_CACHE_REFUSE([$static_cache_tool is of Rust $static_cache_found, which is too old. $static_cache_remedy])
  fi
done

dnl libclang reads PHP's headers. The places are those that bindgen looks at.
AC_MSG_CHECKING([for libclang])
static_cache_libclang=
static_cache_llvm=`llvm-config --libdir 2>/dev/null`
static_cache_places="$LIBCLANG_PATH"
if test -z "$static_cache_places"; then
  static_cache_places="$static_cache_llvm `ls -d /usr/lib/llvm-*/lib /usr/lib/llvm/*/lib64 /usr/lib*/llvm*/lib 2>/dev/null | sort -rV | tr '\n' ' '`"
  static_cache_places="$static_cache_places /usr/lib64 /usr/lib /usr/lib/*-linux-gnu /usr/local/lib64 /usr/local/lib /usr/local/llvm*/lib"
fi
for static_cache_place in $static_cache_places; do
  if test -f "$static_cache_place"; then
    static_cache_libclang=$static_cache_place
    break
  fi
  for static_cache_file in "$static_cache_place"/libclang.so "$static_cache_place"/libclang-*.so* "$static_cache_place"/libclang.so.*; do
    if test -f "$static_cache_file"; then
      static_cache_libclang=$static_cache_file
      break 2
    fi
  done
done
AC_MSG_RESULT([${static_cache_libclang:-no}])
if test -z "$static_cache_libclang"; then
  STATIC_CACHE_REFUSE([libclang was not found${LIBCLANG_PATH:+ in LIBCLANG_PATH=$LIBCLANG_PATH}. Install it (Debian, Ubuntu: libclang-dev; Fedora: clang-devel; Alpine: clang-dev), or name its folder: ./configure LIBCLANG_PATH=/path])
fi
static_cache_real=`readlink -f "$static_cache_libclang"`
static_cache_major=`echo "$static_cache_real" | sed -n 's/.*libclang[[-.a-z]]*\([[0-9]][[0-9]]*\).*/\1/p'`
if test -n "$static_cache_major" && test "$static_cache_major" -lt 9; then
  STATIC_CACHE_REFUSE([$static_cache_libclang is of clang $static_cache_major, which is too old: clang 9 or later is needed. Name another one: ./configure LIBCLANG_PATH=/path])
fi

AC_MSG_CHECKING([whether the crates are here])
if (cd "$STATIC_CACHE_ROOT" && RUSTC=$RUSTC "$CARGO" metadata --offline --locked --format-version 1 >/dev/null 2>&1); then
  if test -d "$STATIC_CACHE_ROOT/vendor"; then
    AC_MSG_RESULT([yes, in vendor])
  else
    AC_MSG_RESULT([yes, in cargo's cache])
  fi
else
  AC_MSG_RESULT([no])
  case $CARGO_NET_OFFLINE in
    true|1)
      STATIC_CACHE_REFUSE([crates are missing and CARGO_NET_OFFLINE is set. Run "cargo fetch --locked" in $STATIC_CACHE_ROOT once with a network, or build from a release archive ("make package" makes one), which has them in its folder vendor])
      ;;
    *) AC_MSG_NOTICE([cargo will download the crates that Cargo.lock names]) ;;
  esac
fi

dnl Relative to where configure runs: make calls cargo in another folder.
STATIC_CACHE_TARGET=${CARGO_TARGET_DIR:-target}
case $STATIC_CACHE_TARGET in
  /*) ;;
  *) STATIC_CACHE_TARGET=$abs_builddir/$STATIC_CACHE_TARGET ;;
esac
STATIC_CACHE_PHP=$PHP_EXECUTABLE
STATIC_CACHE_PHP_CONFIG=`command -v $PHP_CONFIG`

dnl Tests may use these where PHP has them as modules of their own: run-tests looks for them beside ours.
STATIC_CACHE_TEST_MODULES=
for static_cache_module in ctype mbstring posix sockets tokenizer; do
  if test -f "$EXTENSION_DIR/$static_cache_module.so"; then
    STATIC_CACHE_TEST_MODULES="$STATIC_CACHE_TEST_MODULES -d extension=$EXTENSION_DIR/$static_cache_module.so"
  fi
done

PHP_SUBST([STATIC_CACHE_ROOT])
PHP_SUBST([STATIC_CACHE_TARGET])
PHP_SUBST([STATIC_CACHE_PHP])
PHP_SUBST([STATIC_CACHE_PHP_CONFIG])
PHP_SUBST([STATIC_CACHE_TEST_MODULES])
PHP_SUBST([CARGO])
PHP_SUBST([RUSTC])
PHP_SUBST([LIBCLANG_PATH])

dnl No PHP_NEW_EXTENSION: there is nothing for libtool to do.
PHP_ADD_BUILD_DIR([$abs_builddir/built])
PHP_MODULES="$PHP_MODULES \$(phplibdir)/static_cache.la"
PHP_ADD_MAKEFILE_FRAGMENT([$STATIC_CACHE_ROOT/php-ext/Makefile.frag], [$STATIC_CACHE_ROOT/php-ext], [$abs_builddir])
