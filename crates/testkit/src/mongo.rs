//! A MongoDB database for one test.

use mongodb::Client;
use uuid::Uuid;

/// Gives `test` the URI of a database of its own, and drops the database when the test has passed.
///
/// The server is the one that `VELURE_TEST_MONGODB_URI` names. The database of a failed test stays: it is there to be
/// looked at, and a transaction may still be open in it, which the server that stands in for MongoDB on machines
/// without one takes badly when the database goes.
///
/// # Panics
/// When there is no such server, or the test panics.
pub async fn with_database<T>(test: impl AsyncFnOnce(String) -> T) -> T {
    let server = server_uri();
    let name = format!("velure_test_{}", Uuid::new_v4().simple());
    let uri = uri_with_database(&server, &name);
    let answer = test(uri).await;
    let client = Client::with_uri_str(&server)
        .await
        .expect("VELURE_TEST_MONGODB_URI is a MongoDB URI");
    client
        .database(&name)
        .drop()
        .await
        .expect("the test's database can be dropped");
    answer
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
