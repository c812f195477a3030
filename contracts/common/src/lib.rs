//! What every Tributary contract shares. Nothing here is a contract of its own.
#![no_std]

pub mod address;
pub mod interfaces;
pub mod math;
pub mod pool;
pub mod price;
pub mod shares;
pub mod ttl;

/// `Err(error)` unless `condition` holds.
#[inline(always)]
pub fn ensure<E>(condition: bool, error: E) -> Result<(), E> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}
