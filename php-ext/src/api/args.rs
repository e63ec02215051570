//! Reading arguments by PHP's own rules (strict types, coercion, deprecations).

use std::ffi::CStr;
use std::time::Duration;

use ext_php_rs::ffi::{
    _zend_expected_type_Z_EXPECTED_ARRAY, _zend_expected_type_Z_EXPECTED_ARRAY_OR_NULL,
    _zend_expected_type_Z_EXPECTED_BOOL, _zend_expected_type_Z_EXPECTED_LONG,
    _zend_expected_type_Z_EXPECTED_STRING, _zend_expected_type_Z_EXPECTED_STRING_OR_NULL, zend_string, zval,
};

use crate::engine::{self, Frame};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};
use crate::{exception, messages};

/// Something was thrown; the handler has nothing more to do.
pub(crate) struct Thrown;

pub(crate) type Parsed<T> = Result<T, Thrown>;

/// The longest key.
const LONGEST_KEY: usize = 65_535;

/// Whether a string of `len` bytes can be a key.
#[inline(always)]
pub(super) fn is_key(len: usize) -> bool {
    len.wrapping_sub(1) < LONGEST_KEY
}

/// The argument of a call that has one, if it is a string.
///
/// # Safety
/// The running call's frame.
#[inline(always)]
pub(super) unsafe fn only_string(frame: *mut Frame) -> Option<*mut zend_string> {
    // SAFETY: the caller's word.
    unsafe {
        if engine::argument_count(frame) != 1 {
            return None;
        }
        let argument = engine::slot(engine::argument(frame, 0));
        (argument.kind() == c::IS_STRING).then_some(argument.value as *mut zend_string)
    }
}

/// The arguments of a call.
#[derive(Clone, Copy)]
pub(crate) struct Args {
    frame: *mut Frame,
    count: u32,
}

impl Args {
    /// Checks the number of arguments.
    ///
    /// # Safety
    /// `frame` is the frame of the running internal function, and outlives the result.
    #[inline(always)]
    pub(crate) unsafe fn new(frame: *mut Frame, least: u32, most: u32) -> Parsed<Self> {
        // SAFETY: the caller's word.
        let count = unsafe { engine::argument_count(frame) };
        if count < least || count > most {
            // SAFETY: a function is running.
            unsafe { engine::zend_wrong_parameters_count_error(least, most) };
            return Err(Thrown);
        }
        Ok(Self { frame, count })
    }

    /// The argument at `index` from 0, if it was given.
    #[inline(always)]
    pub(crate) fn get(&self, index: u32) -> Option<*mut zval> {
        // SAFETY: in range.
        (index < self.count).then(|| unsafe { engine::argument(self.frame, index) })
    }

    /// A string.
    #[inline(always)]
    pub(crate) fn string(&self, index: u32) -> Parsed<*mut zend_string> {
        let Some(arg) = self.get(index) else { return Err(Thrown) };
        // SAFETY: a live argument.
        let slot = unsafe { engine::slot(arg) };
        if slot.kind() == c::IS_STRING {
            return Ok(slot.value as *mut zend_string);
        }
        coerce_string(arg, index, _zend_expected_type_Z_EXPECTED_STRING)
    }

    /// A string or null; null when it was not given.
    pub(crate) fn nullable_string(&self, index: u32) -> Parsed<Option<*mut zend_string>> {
        let Some(arg) = self.get(index) else { return Ok(None) };
        // SAFETY: a live argument.
        let slot = unsafe { engine::slot(arg) };
        match slot.kind() {
            c::IS_NULL => Ok(None),
            c::IS_STRING => Ok(Some(slot.value as *mut zend_string)),
            _ => coerce_string(arg, index, _zend_expected_type_Z_EXPECTED_STRING_OR_NULL).map(Some),
        }
    }

    /// A string that can be a key.
    #[inline(always)]
    pub(super) fn key(&self, index: u32) -> Parsed<*mut zend_string> {
        let key = self.string(index)?;
        // SAFETY: a live string.
        let len = unsafe { (*key).len };
        if is_key(len) { Ok(key) } else { refuse_key(len, index) }
    }

    /// An int, or `default` when it was not given.
    pub(crate) fn int(&self, index: u32, default: i64) -> Parsed<i64> {
        let Some(arg) = self.get(index) else { return Ok(default) };
        // SAFETY: a live argument.
        let slot = unsafe { engine::slot(arg) };
        if slot.kind() == c::IS_LONG {
            return Ok(slot.value as i64);
        }
        let mut value = 0;
        // SAFETY: a live argument and a place for the result.
        unsafe {
            if engine::zend_parse_arg_long_slow(arg, &raw mut value, index + 1) {
                return Ok(value);
            }
            engine::zend_wrong_parameter_type_error(index + 1, _zend_expected_type_Z_EXPECTED_LONG, arg);
        }
        Err(Thrown)
    }

    /// An int that is not negative; 0 when it was not given.
    pub(crate) fn natural(&self, index: u32) -> Parsed<u64> {
        let value = self.int(index, 0)?;
        u64::try_from(value).map_err(|_| {
            // SAFETY: a function is running; the format takes no arguments.
            unsafe {
                engine::zend_argument_value_error(index + 1, c"must be greater than or equal to 0".as_ptr());
            }
            Thrown
        })
    }

    /// Seconds; `None` for 0.
    pub(super) fn seconds(&self, index: u32) -> Parsed<Option<Duration>> {
        Ok(Some(self.natural(index)?).filter(|seconds| *seconds != 0).map(Duration::from_secs))
    }

    /// A bool; false when it was not given.
    pub(crate) fn flag(&self, index: u32) -> Parsed<bool> {
        let Some(arg) = self.get(index) else { return Ok(false) };
        // SAFETY: a live argument.
        match unsafe { engine::slot(arg) }.kind() {
            c::IS_FALSE => return Ok(false),
            c::IS_TRUE => return Ok(true),
            _ => {}
        }
        let mut value = false;
        // SAFETY: a live argument and a place for the result.
        unsafe {
            if engine::zend_parse_arg_bool_slow(arg, &raw mut value, index + 1) {
                return Ok(value);
            }
            engine::zend_wrong_parameter_type_error(index + 1, _zend_expected_type_Z_EXPECTED_BOOL, arg);
        }
        Err(Thrown)
    }

    /// An array.
    pub(super) fn array<'a>(&self, index: u32) -> Parsed<&'a Array> {
        let Some(arg) = self.get(index) else { return Err(Thrown) };
        // SAFETY: a live argument.
        let slot = unsafe { engine::slot(arg) };
        if slot.kind() == c::IS_ARRAY {
            // SAFETY: an array's zval points at it; the frame keeps it for the call.
            return Ok(unsafe { &*(slot.value as *const Array) });
        }
        // SAFETY: a live argument.
        unsafe {
            engine::zend_wrong_parameter_type_error(index + 1, _zend_expected_type_Z_EXPECTED_ARRAY, arg)
        };
        Err(Thrown)
    }

    /// A callable.
    pub(super) fn callable(&self, index: u32) -> Parsed<*mut zval> {
        let Some(arg) = self.get(index) else { return Err(Thrown) };
        let mut error = std::ptr::null_mut();
        // SAFETY: a live argument; the engine's own answer, whose text is freed once it was copied.
        unsafe {
            let mut cache = std::mem::zeroed();
            let none = std::ptr::null_mut();
            if engine::zend_is_callable_ex(arg, none, 0, std::ptr::null_mut(), &raw mut cache, &raw mut error)
            {
                // What stands in for a method that `__call` answers is made for each look.
                engine::zend_release_fcall_info_cache(&raw mut cache);
                if !error.is_null() {
                    engine::_efree(error.cast());
                }
                // Some are deprecated, and an error handler may throw.
                return if engine::exception_pending() { Err(Thrown) } else { Ok(arg) };
            }
            if error.is_null() {
                let format = c"must be a valid callback";
                engine::zend_argument_type_error(index + 1, format.as_ptr());
            } else {
                let format = c"must be a valid callback, %s";
                engine::zend_argument_type_error(index + 1, format.as_ptr(), error);
                engine::_efree(error.cast());
            }
        }
        Err(Thrown)
    }

    /// An array or null; null when it was not given.
    pub(super) fn nullable_array(&self, index: u32) -> Parsed<Option<*mut zval>> {
        let Some(arg) = self.get(index) else { return Ok(None) };
        // SAFETY: a live argument.
        match unsafe { engine::slot(arg) }.kind() {
            c::IS_NULL => Ok(None),
            c::IS_ARRAY => Ok(Some(arg)),
            _ => {
                // SAFETY: a live argument.
                unsafe {
                    engine::zend_wrong_parameter_type_error(
                        index + 1,
                        _zend_expected_type_Z_EXPECTED_ARRAY_OR_NULL,
                        arg,
                    );
                }
                Err(Thrown)
            }
        }
    }
}

#[cold]
fn coerce_string(arg: *mut zval, index: u32, expected: u32) -> Parsed<*mut zend_string> {
    let mut string = std::ptr::null_mut();
    // SAFETY: a live argument and a place for the result. The coerced string replaces the argument, which the
    // frame frees.
    unsafe {
        if engine::zend_parse_arg_str_slow(arg, &raw mut string, index + 1) {
            return Ok(string);
        }
        engine::zend_wrong_parameter_type_error(index + 1, expected, arg);
    }
    Err(Thrown)
}

#[cold]
fn refuse_key<T>(len: usize, index: u32) -> Parsed<T> {
    let text = if len == 0 { c"must not be empty" } else { c"must be at most 65535 bytes long" };
    // SAFETY: a function is running; the formats take no arguments.
    unsafe { engine::zend_argument_value_error(index + 1, text.as_ptr()) };
    Err(Thrown)
}

/// A value that can be stored at all: no resource, no `Closure`.
pub(super) fn check_value(value: &Slot, index: u32) -> Parsed<()> {
    refuse_type(value, index, c"must be of type null|bool|int|float|string|array|object, %s given")
}

/// The same of what the callable at `index` returned.
pub(super) fn check_result(value: &Slot, index: u32) -> Parsed<()> {
    refuse_type(value, index, c"must return null|bool|int|float|string|array|object, %s returned")
}

#[inline(always)]
fn refuse_type(value: &Slot, index: u32, format: &CStr) -> Parsed<()> {
    let Some(given) = refused(value) else { return Ok(()) };
    // SAFETY: a function is running; one text for one `%s`.
    unsafe { engine::zend_argument_type_error(index + 1, format.as_ptr(), given.as_ptr()) };
    Err(Thrown)
}

/// What a value is, if it is of those that no value may be.
#[inline(always)]
fn refused(value: &Slot) -> Option<&'static CStr> {
    let value = value.behind_reference();
    if value.kind() == engine::RESOURCE {
        Some(c"resource")
    } else if engine::is_closure(value) {
        Some(c"Closure")
    } else {
        None
    }
}

/// The same as [`check_value`] of an element of the array at `index`.
#[inline(always)]
pub(super) fn check_element(key: &ElementKey<'_>, value: &Slot, index: u32) -> Parsed<()> {
    refused(value).map_or(Ok(()), |given| Err(refuse_value_of(key, given, index)))
}

#[cold]
fn refuse_value_of(key: &ElementKey<'_>, given: &CStr, index: u32) -> Thrown {
    let format =
        c"must contain only values of type null|bool|int|float|string|array|object, %s given (key \"%s\")";
    let key = exception::stage_bytes(messages::shown(key.bytes()).as_bytes());
    // SAFETY: a function is running; two texts for two `%s`.
    unsafe { engine::zend_argument_type_error(index + 1, format.as_ptr(), given.as_ptr(), key) };
    Thrown
}

/// The key of an element of an array argument, as bytes: ints as their decimal string.
pub(super) enum ElementKey<'a> {
    Text(*mut zend_string, &'a [u8]),
    Int(i64, IntText),
}

/// A decimal string.
pub(super) struct IntText {
    buffer: [u8; 20],
    start: usize,
}

impl IntText {
    #[inline(never)]
    pub(super) fn new(value: i64) -> Self {
        let mut this = Self { buffer: [0; 20], start: 20 };
        let mut rest = value.unsigned_abs();
        loop {
            this.start -= 1;
            this.buffer[this.start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            this.start -= 1;
            this.buffer[this.start] = b'-';
        }
        this
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

impl ElementKey<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(_, bytes) => bytes,
            Self::Int(_, text) => text.bytes(),
        }
    }

    /// Whether it can be a key; throws otherwise.
    #[inline(always)]
    fn check(&self, index: u32) -> Parsed<()> {
        let len = self.bytes().len();
        if is_key(len) { Ok(()) } else { refuse_element_key(len, index) }
    }
}

#[cold]
fn refuse_element_key(len: usize, index: u32) -> Parsed<()> {
    let text = match len {
        0 => c"must contain only non-empty keys",
        _ => c"must contain only keys of at most 65535 bytes",
    };
    // SAFETY: a function is running; the formats take no arguments.
    unsafe { engine::zend_argument_value_error(index + 1, text.as_ptr()) };
    Err(Thrown)
}

/// The elements of an array in order: key (string or index) and value.
pub(super) fn elements(array: &Array) -> impl Iterator<Item = (Option<*mut zend_string>, i64, &Slot)> {
    let packed = array.is_packed();
    let used = array.used as usize;
    (0..used).filter_map(move |at| {
        let (key, index, slot) = if packed {
            (None, at as i64, &array.slots()[at])
        } else {
            let bucket = &array.buckets()[at];
            let key = (bucket.key != 0).then_some(bucket.key as *mut zend_string);
            (key, bucket.hash as i64, &bucket.slot)
        };
        (slot.kind() != c::IS_UNDEF).then(|| (key, index, slot.direct()))
    })
}

/// The key of an element of `$keys`: its value.
#[inline(always)]
pub(super) fn requested<'a>(slot: &'a Slot, index: u32) -> Parsed<ElementKey<'a>> {
    let slot = slot.behind_reference();
    let key = match slot.kind() {
        c::IS_STRING => {
            let string = slot.value as *mut zend_string;
            // SAFETY: a live string of the argument.
            ElementKey::Text(string, unsafe { engine::bytes(string) })
        }
        c::IS_LONG => ElementKey::Int(slot.value as i64, IntText::new(slot.value as i64)),
        _ => return Err(refuse_element(slot, index)),
    };
    key.check(index)?;
    Ok(key)
}

/// The key of an element of `$values`.
#[inline(always)]
pub(super) fn of_element<'a>(
    key: Option<*mut zend_string>,
    number: i64,
    index: u32,
) -> Parsed<ElementKey<'a>> {
    let key = match key {
        // SAFETY: a live key of the argument.
        Some(string) => ElementKey::Text(string, unsafe { engine::bytes(string) }),
        None => ElementKey::Int(number, IntText::new(number)),
    };
    key.check(index)?;
    Ok(key)
}

#[cold]
fn refuse_element(slot: &Slot, index: u32) -> Thrown {
    let given = match slot.kind() {
        c::IS_NULL => c"null".as_ptr(),
        c::IS_FALSE | c::IS_TRUE => c"bool".as_ptr(),
        c::IS_DOUBLE => c"float".as_ptr(),
        c::IS_ARRAY => c"array".as_ptr(),
        c::IS_OBJECT => exception::stage_bytes(slot.class_name()),
        _ => c"resource".as_ptr(),
    };
    // SAFETY: a function is running; one text for one `%s`.
    unsafe {
        engine::zend_argument_type_error(
            index + 1,
            c"must contain only strings and integers, %s given".as_ptr(),
            given,
        );
    }
    Thrown
}
