//! What attackers try on offers.

mod clawbacks;
mod orders;
mod recipients;
mod trades;
