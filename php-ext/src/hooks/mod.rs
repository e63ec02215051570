//! Functions of PHP's that run our code first: some keep what lies in shared memory longer than it is there ([`names`]), or write to
//! it ([`files`], [`arrays`]), others are about the caches as well ([`opcache`]), or make classes known ([`loaders`]).

mod arrays;
pub(crate) mod files;
mod intercept;
pub(crate) mod loaders;
mod names;
pub(crate) mod opcache;

/// Puts our handlers in front; at start-up, once all modules that are built into PHP have registered theirs.
pub(crate) fn install() {
    names::install();
    arrays::install();
    loaders::install();
    opcache::install();
}

/// At module shutdown: nothing of this start of PHP's is called in the next one.
pub(crate) fn uninstall() {
    names::stop();
    arrays::stop();
    loaders::stop();
    opcache::stop();
}
