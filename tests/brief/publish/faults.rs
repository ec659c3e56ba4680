//! Stores that fail: what is said, how long it lasts, and that the place stays whole.

use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publish::Limits;
use brief::version::{Health, Version};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

use crate::tools::need;

use super::places::{Deed, Proxy, Server};
use super::{Place, add, bring, failure, held, numbers, options, published};

const SLOW_DOWN: &str = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate</Message></Error>";
const DENIED: &str =
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><StringToSign>a-very-secret-key</StringToSign></Error>";
const REGION: &str =
    "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message></Error>";

/// Publishes a second version through a proxy that fails, gives what was said, and sees to it that the first one stands.
fn through(rule: fn(&str, &str, usize) -> Deed) -> (anyhow::Result<brief::publication::Published>, Vec<String>) {
    let server = Server::start().unwrap();
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let direct = Place::bucket("s3://book/place", server.port);
    published(&output, &direct);
    add(&output, "two", true);
    let proxy = Proxy::start(server.port, rule);
    let place = Place::bucket(&direct.address, proxy.port);
    let mut options = options(&output, &place);
    options.limits = Limits { timeout: Duration::from_secs(2), retries: 2, patience: Duration::from_secs(10), ..options.limits };
    let result = publish(&options, &Silent);
    let (_kept, back) = held(&direct);
    assert_eq!(numbers(&back).len(), if result.is_ok() { 2 } else { 1 });
    assert_eq!(Version::find(&back, 1).unwrap().verify(), Health::Intact);
    let requests = proxy.requests();
    if result.is_err() {
        // Nothing is left in the way of the next attempt.
        published(&output, &direct);
        assert_eq!(numbers(&held(&direct).1), [2, 1]);
    }
    (result, requests)
}

#[test]
fn a_store_out_of_order_is_asked_again_but_not_for_ever() {
    need!(S3);
    // It comes round: the writing of one object fails twice, by an answer and by a connection that is cut.
    static FAILED: AtomicUsize = AtomicUsize::new(0);
    let (result, requests) = through(|method, path, _| match method == "PUT" && path.ends_with("v2/book.pdf") {
        true => match FAILED.fetch_add(1, Ordering::SeqCst) {
            0 => Deed::Answer("503 Slow Down", SLOW_DOWN),
            1 => Deed::Drop,
            _ => Deed::Pass,
        },
        false => Deed::Pass,
    });
    assert_eq!(result.unwrap().newest, 2);
    let puts = requests.iter().filter(|request| request.starts_with("PUT") && request.ends_with("v2/book.pdf")).count();
    assert_eq!(puts, 3, "{requests:?}");

    let (result, requests) = through(|method, path, _| {
        let fails = method == "PUT" && path.ends_with("v2/book.pdf");
        if fails { Deed::Answer("503 Slow Down", SLOW_DOWN) } else { Deed::Pass }
    });
    let said = failure(result);
    assert!(said.starts_with("can't write `s3://book/place/v2/book.pdf`: the store is overloaded"), "{said}");
    assert!(said.contains("SlowDown: Please reduce") && said.contains("(tried 3 times)"), "{said}");
    assert_eq!(requests.iter().filter(|request| request.ends_with("v2/book.pdf") && request.starts_with("PUT")).count(), 3);
}

#[test]
fn denied_misdirected_and_silent_stores_are_told_apart_and_no_secret_is_shown() {
    need!(S3);
    type Rule = fn(&str, &str, usize) -> Deed;
    let cases: [(Rule, &str); 4] = [
        (
            |method, path, _| {
                if method == "PUT" && path.ends_with("v2/book.md") { Deed::Answer("403 Forbidden", DENIED) } else { Deed::Pass }
            },
            "can't write `s3://book/place/v2/book.md`: access denied",
        ),
        (
            |_, _, _| Deed::Answer("400 Bad Request", REGION),
            "can't read `s3://book/place/destination.json`: the bucket is in another region",
        ),
        (
            |method, path, _| if method == "GET" && path.ends_with("versions.json") { Deed::Hang } else { Deed::Pass },
            "can't read `s3://book/place/versions.json`: the store did not answer in time",
        ),
        (
            |method, path, _| if method == "PUT" && path.ends_with("v2/book.md") { Deed::Drop } else { Deed::Pass },
            "can't write `s3://book/place/v2/book.md`: the store or the way to it failed",
        ),
    ];
    for (rule, wanted) in cases {
        let (result, _) = through(rule);
        let said = failure(result);
        assert!(said.starts_with(wanted), "{said}");
        assert!(!said.contains("a-very-secret-key") && !said.contains('\n'), "{said}");
    }
}

#[test]
fn a_store_that_lies_about_length_is_found_out() {
    need!(S3);
    let (result, _) = through(|method, path, _| if method == "GET" && path.ends_with("v2/book.pdf") { Deed::Shorten } else { Deed::Pass });
    let said = failure(result);
    assert!(said.contains("`v2/book.pdf`") && said.contains("11 bytes, not 12"), "{said}");

    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let direct = Place::bucket("s3://book", server.port);
    published(&output, &direct);
    let proxy = Proxy::start(server.port, |_, path, _| if path.ends_with("v1/book.pdf") { Deed::Shorten } else { Deed::Pass });
    let place = Place::bucket(&direct.address, proxy.port);
    let back = folder.path().join("back");
    let said = failure(bring(&back, &place));
    assert!(said.contains("v1/book.pdf` is damaged"), "{said}");
    assert!(numbers(&back).is_empty() && !back.join("v1").exists(), "nothing half is left");
    assert_eq!(bring(&back, &direct).unwrap().versions, [1]);
}

#[test]
fn an_answer_that_was_lost_is_no_failure() {
    need!(S3);
    for rule in [
        |method: &str, path: &str, _: usize| if method == "PUT" && path.ends_with("versions.json") { Deed::Cut } else { Deed::Pass },
        |method: &str, path: &str, _: usize| if method == "PUT" && path.contains("/v2/") { Deed::Cut } else { Deed::Pass },
    ] {
        assert_eq!(through(rule).0.unwrap().newest, 2, "what was sent has arrived");
    }
}

#[test]
fn a_missing_bucket_and_a_missing_store_are_told_apart() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let no_bucket = Place::bucket("s3://no-such-bucket/x", server.port);
    for said in [failure(publish(&options(&output, &no_bucket), &Silent)), failure(bring(&folder.path().join("back"), &no_bucket))] {
        assert!(said.starts_with("can't read `s3://no-such-bucket/x/destination.json`: there is no such bucket"), "{said}");
    }
    let nowhere = Place::bucket("s3://book", 1);
    let said = failure(publish(&options(&output, &nowhere), &Silent));
    assert!(said.contains("there is no way to the store"), "{said}");
}
