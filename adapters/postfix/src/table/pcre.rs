//! `pcre:file`: regular expressions as Perl has them, by PCRE2, which counts its steps.

use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::slice;

use pcre2_sys::{
    PCRE2_ANCHORED, PCRE2_CASELESS, PCRE2_DOLLAR_ENDONLY, PCRE2_DOTALL, PCRE2_ERROR_NOMATCH,
    PCRE2_ERROR_NOMEMORY, PCRE2_EXTENDED, PCRE2_INFO_CAPTURECOUNT, PCRE2_MULTILINE, PCRE2_UNGREEDY,
    pcre2_code_8, pcre2_code_free_8, pcre2_compile_8, pcre2_get_error_message_8,
    pcre2_get_ovector_pointer_8, pcre2_match_8, pcre2_match_context_8,
    pcre2_match_context_create_8, pcre2_match_context_free_8, pcre2_match_data_8,
    pcre2_match_data_create_from_pattern_8, pcre2_match_data_free_8, pcre2_pattern_info_8,
    pcre2_set_heap_limit_8, pcre2_set_match_limit_8,
};

use super::error::Failure;
use super::replacement::Groups;
use super::rules::{Engine, Toggle};

/// A pattern as PCRE2 made it.
#[derive(Debug)]
pub(super) struct Pcre {
    code: NonNull<pcre2_code_8>,
    limits: Limits,
    groups: usize,
    with_groups: bool,
}

// SAFETY: a match does not write to a compiled pattern, nor to its limits (pcre2api(3),
// MULTITHREADING); the JIT compiler would, and is not used. Neither is tied to a thread.
#[allow(unsafe_code)]
unsafe impl Send for Pcre {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Pcre {}

/// Options for pcre2_compile(3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Options(u32);

impl Default for Options {
    fn default() -> Self {
        Self(PCRE2_CASELESS | PCRE2_DOTALL)
    }
}

impl Engine for Pcre {
    type Options = Options;

    const HAS_EXCEPTIONS: bool = false;

    fn toggle(options: &mut Options, letter: u8) -> Toggle {
        options.0 ^= match letter {
            b'i' => PCRE2_CASELESS,
            b'm' => PCRE2_MULTILINE,
            b's' => PCRE2_DOTALL,
            b'x' => PCRE2_EXTENDED,
            b'A' => PCRE2_ANCHORED,
            b'E' => PCRE2_DOLLAR_ENDONLY,
            b'U' => PCRE2_UNGREEDY,
            b'X' => return Toggle::Obsolete,
            _ => return Toggle::Unknown,
        };
        Toggle::Done
    }

    #[allow(unsafe_code)]
    fn compile(pattern: &[u8], options: Options, with_groups: bool) -> Result<Self, String> {
        let limits = Limits::new().ok_or_else(|| message(PCRE2_ERROR_NOMEMORY))?;
        let (mut error, mut offset, mut groups) = (0, 0, 0_u32);
        // SAFETY: the pattern is as long as is said, and there is room for the error.
        let code = unsafe {
            let context = ptr::null_mut();
            let (error, offset) = (&raw mut error, &raw mut offset);
            pcre2_compile_8(pattern.as_ptr(), pattern.len(), options.0, error, offset, context)
        };
        let code =
            NonNull::new(code).ok_or_else(|| format!("{} at offset {offset}", message(error)))?;
        // SAFETY: the code is a pattern, and this question is answered with a u32.
        unsafe {
            let groups = (&raw mut groups).cast();
            pcre2_pattern_info_8(code.as_ptr(), PCRE2_INFO_CAPTURECOUNT, groups);
        }
        Ok(Self { code, limits, groups: groups as usize, with_groups })
    }

    fn groups(&self) -> usize {
        self.groups
    }

    fn is_costly(&self, key: &[u8]) -> bool {
        key.len() > KEY_COSTLY
    }

    fn find(&self, key: &[u8]) -> Result<Option<Groups>, Failure> {
        Match::new(self)?.find(key)
    }
}

impl Drop for Pcre {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: this is the only place that frees it.
        unsafe { pcre2_code_free_8(self.code.as_ptr()) }
    }
}

/// What a match may take. It is not written to once it is made.
#[derive(Debug)]
struct Limits(NonNull<pcre2_match_context_8>);

impl Limits {
    #[allow(unsafe_code)]
    fn new() -> Option<Self> {
        // SAFETY: without a general context malloc(3) is used.
        let limits = NonNull::new(unsafe { pcre2_match_context_create_8(ptr::null_mut()) })?;
        // SAFETY: it was made right here.
        unsafe {
            pcre2_set_match_limit_8(limits.as_ptr(), STEPS_MAX);
            pcre2_set_heap_limit_8(limits.as_ptr(), HEAP_KIB_MAX);
        }
        Some(Self(limits))
    }
}

impl Drop for Limits {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: this is the only place that frees it.
        unsafe { pcre2_match_context_free_8(self.0.as_ptr()) }
    }
}

/// Where a match puts what it finds.
struct Match<'a> {
    pattern: &'a Pcre,
    data: NonNull<pcre2_match_data_8>,
}

impl<'a> Match<'a> {
    #[allow(unsafe_code)]
    fn new(pattern: &'a Pcre) -> Result<Self, Failure> {
        // SAFETY: the code is a pattern; without a general context malloc(3) is used.
        let data = unsafe {
            pcre2_match_data_create_from_pattern_8(pattern.code.as_ptr(), ptr::null_mut())
        };
        let data =
            NonNull::new(data).ok_or_else(|| Failure::Pattern(message(PCRE2_ERROR_NOMEMORY)))?;
        Ok(Self { pattern, data })
    }

    #[allow(unsafe_code)]
    fn find(&self, key: &[u8]) -> Result<Option<Groups>, Failure> {
        let (data, limits) = (self.data.as_ptr(), self.pattern.limits.0.as_ptr());
        // SAFETY: the key is as long as is said, and all else was made for this pattern.
        let count = unsafe {
            let code = self.pattern.code.as_ptr();
            pcre2_match_8(code, key.as_ptr(), key.len(), 0, 0, data, limits)
        };
        if count == PCRE2_ERROR_NOMATCH {
            return Ok(None);
        }
        if count < 0 {
            return Err(Failure::Pattern(message(count)));
        }
        if !self.pattern.with_groups {
            return Ok(Some(Groups::new()));
        }
        // SAFETY: the vector has two offsets for the match and for each group of the pattern, and
        // lives as long as the match data.
        let offsets = unsafe {
            let pairs = self.pattern.groups + 1;
            slice::from_raw_parts(pcre2_get_ovector_pointer_8(data), 2 * pairs)
        };
        // A group that took no part has offsets beyond any key.
        let place = |pair: &[usize]| (pair[0] <= key.len()).then(|| pair[0]..pair[1]);
        Ok(Some(offsets.chunks_exact(2).map(place).collect()))
    }
}

impl Drop for Match<'_> {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: this is the only place that frees it.
        unsafe { pcre2_match_data_free_8(self.data.as_ptr()) }
    }
}

/// What PCRE2 says about an error.
#[allow(unsafe_code)]
fn message(error: c_int) -> String {
    let mut text = [0; MESSAGE_MAX];
    // SAFETY: there is as much room as is said.
    let length = unsafe { pcre2_get_error_message_8(error, text.as_mut_ptr(), text.len()) };
    let text = usize::try_from(length).ok().and_then(|length| text.get(..length));
    text.map_or_else(|| format!("error {error}"), |text| String::from_utf8_lossy(text).into_owned())
}

/// How often a match may try another way, which is PCRE2's own default and Postfix's.
const STEPS_MAX: u32 = 10_000_000;
/// How much memory a match may take, as PCRE2's own default.
const HEAP_KIB_MAX: u32 = 20_000;
/// What may take longer than a thread: the limit counts ways, not the bytes on each.
const KEY_COSTLY: usize = 65_536;
/// The longest message of PCRE2 is shorter (pcre2api(3)).
const MESSAGE_MAX: usize = 256;
