//! Products as entities of HTTP: their ids in paths, their tags, and who may keep their copies.

use velure_contracts::Code;
use velure_domain::ProductId;
use velure_http::{ApiError, ETag, Reply, Request};
use velure_mongo::{Revision, StoredProduct};

/// Everybody may keep a copy, and has to ask whether it is still good before it is shown: prices and stock on a page
/// are those of now, for the cost of a 304.
const SHARED: &str = "public, max-age=0, must-revalidate";

/// The product that the path names; 404 for a text that is no id, as for an id that nothing has.
pub(crate) fn product_id(request: &Request) -> Result<ProductId, ApiError> {
    request
        .param("id")
        .parse()
        .map_err(|_| ApiError::not_found())
}

/// The tag of a product: its revision, which grows with every change.
pub(crate) fn tag_of(stored: &StoredProduct) -> ETag {
    ETag::of_revision(stored.revision)
}

/// Answers with a copy that may be kept, or that the one at hand is still good.
pub(crate) fn shared(request: &Request, reply: Reply, tag: &ETag) -> Reply {
    let reply = if request.has_version(tag) {
        Reply::not_modified(tag)
    } else {
        reply.etag(tag)
    };
    reply.header("cache-control", SHARED)
}

/// The revisions at which the request wants to change a product (RFC 9110, 13.1.1); `None` when any will do. Tags of
/// another making, and weak ones, match nothing.
///
/// # Errors
/// 412 without `If-Match`: a change that does not say what it changes would undo somebody else's.
pub(crate) fn expected(request: &Request) -> Result<Option<Vec<Revision>>, ApiError> {
    let Some(tags) = request.header("if-match") else {
        let detail = "Send the product's ETag in If-Match.";
        return Err(ApiError::new(Code::PreconditionFailed).detail(detail));
    };
    Ok(revisions(tags))
}

/// The same, for a request that need not say.
pub(crate) fn expected_if_said(request: &Request) -> Result<Option<Vec<Revision>>, ApiError> {
    if request.headers().contains_key("if-match") {
        expected(request)
    } else {
        Ok(None)
    }
}

fn revisions(tags: &str) -> Option<Vec<Revision>> {
    let tags = tags.split(',').map(str::trim);
    if tags.clone().any(|tag| tag == "*") {
        return None;
    }
    let numbers = tags.filter_map(|tag| tag.strip_prefix("\"r")?.strip_suffix('"')?.parse().ok());
    Some(numbers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_of_a_precondition_are_read_back_as_revisions() {
        let revision = |text: &str| text.parse::<Revision>().expect("a number");
        let tag = ETag::of_revision(revision("7"));
        assert_eq!(revisions(tag.as_str()), Some(vec![revision("7")]));
        assert_eq!(
            revisions("\"r1\" , \"r2\""),
            Some(vec![revision("1"), revision("2")])
        );
        assert_eq!(revisions("*"), None);
        for unknown in [
            "",
            "r7",
            "W/\"r7\"",
            "\"7\"",
            "\"rx\"",
            "\"r7",
            "\"r99999999999999999999\"",
        ] {
            assert_eq!(revisions(unknown), Some(Vec::new()), "{unknown}");
        }
    }
}
