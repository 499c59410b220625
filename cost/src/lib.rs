//! What the shop costs, and how it is known.
//!
//! A **price** is a dated row of a region's catalogue. A **usage** is a quantity of one priced thing. A **bill** is
//! usage times prices, exact to a millionth of a millionth of a dollar and rounded once, when it is printed. Where
//! the quantities come from is a separate question: a Terraform plan names what stands there around the clock, a
//! measurement says what one request and one order take, and a model of the traffic multiplies.
//!
//! Between a quantity and a total there is no floating-point number.

pub mod answers;
pub mod bill;
pub mod chart;
pub mod decimal;
pub mod inventory;
pub mod measurement;
pub mod model;
pub mod plan;
pub mod prices;
pub mod random;
pub mod report;
