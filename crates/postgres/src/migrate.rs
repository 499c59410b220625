use sqlx::migrate::Migrator;

/// Every migration of the database `velure_auth`.
pub static AUTH: Migrator = sqlx::migrate!("./migrations/auth");

/// Every migration of the database `velure_orders`: the schemas `orders`, `fulfilment`, `relay` and
/// `payment_simulator`.
pub static ORDERS: Migrator = sqlx::migrate!("./migrations/orders");
