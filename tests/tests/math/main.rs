//! The mathematics, natively, against arbitrary-precision integers.

mod curve;
mod mean;
mod offers;
mod one_sided;
mod price;
mod scale;
mod wide;
