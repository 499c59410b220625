//! A MongoDB database for one test.

use uuid::Uuid;

/// Gives `test` the URI of a database of its own on the server that `VELURE_TEST_MONGODB_URI` names.
///
/// Nothing drops the database: it goes with the throw-away server. The server that stands in for MongoDB on machines
/// without one spins for ever when a database is dropped in which a transaction is still open.
///
/// # Panics
/// When there is no such server, or the test panics.
pub async fn with_database<T>(test: impl AsyncFnOnce(String) -> T) -> T {
    let name = format!("velure_test_{}", Uuid::new_v4().simple());
    test(uri_with_database(&server_uri(), &name)).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration but the variables that name their servers"
)]
pub(crate) fn server_uri() -> String {
    std::env::var("VELURE_TEST_MONGODB_URI")
        .expect("VELURE_TEST_MONGODB_URI names a server; `make test` starts one")
}

/// `mongodb://host/?options` with the database put in its place.
pub(crate) fn uri_with_database(server: &str, database: &str) -> String {
    let (address, options) = server
        .split_once('?')
        .map_or((server, None), |(a, o)| (a, Some(o)));
    let (scheme, rest) = address
        .split_once("://")
        .expect("a MongoDB URI has a scheme");
    let host = rest
        .split('/')
        .next()
        .expect("splitting gives one part at least");
    let options = options
        .map(|options| format!("?{options}"))
        .unwrap_or_default();
    format!("{scheme}://{host}/{database}{options}")
}

#[cfg(test)]
mod tests {
    use super::uri_with_database;

    #[test]
    fn the_database_takes_its_place_in_the_uri() {
        let cases = [
            ("mongodb://h:1", "mongodb://h:1/db"),
            ("mongodb://h:1/", "mongodb://h:1/db"),
            (
                "mongodb://u:p@h:1,i:2/other?tls=true",
                "mongodb://u:p@h:1,i:2/db?tls=true",
            ),
            (
                "mongodb://h?directConnection=true",
                "mongodb://h/db?directConnection=true",
            ),
        ];
        for (server, expected) in cases {
            assert_eq!(uri_with_database(server, "db"), expected);
        }
    }
}
