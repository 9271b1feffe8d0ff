use envoi_driver::proto::{Action, Answer, Checks, Lookup};
use envoi_driver::{Answering, Answers};

use super::*;
use crate::table::{AddressRules, Context};

fn rewriting(generic: &str, header_checks: &str) -> Arc<Rewriting> {
    let context = Context::new("/nonexistent");
    let rules = AddressRules::new("client.example", "example", &context);
    let (generic, errors) = AddressMap::open(generic, rules, &context);
    assert!(errors.is_empty(), "{errors:?}");
    let (header_checks, errors) = Tables::open(header_checks, &context.case_sensitive());
    assert!(errors.is_empty(), "{errors:?}");
    Arc::new(Rewriting {
        generic,
        header_checks,
        mime_header_checks: Tables::default(),
        nested_header_checks: Tables::default(),
        body_checks: Tables::default(),
        edits: Edits::default(),
    })
}

fn envelope() -> Arc<Envelope> {
    let recipients = ["bob@mx.example", "eve@client.local"].map(|to| to.parse().unwrap());
    Envelope::new("ann@client.local".parse().unwrap(), recipients.into()).into()
}

const GENERIC: &str = "inline:{ ann@client.local=ann@example.com @client.local=@example.net }";

#[test]
fn envelope_says_what_generic_maps_make_of_it() {
    let rewritten = rewriting(GENERIC, "").rewrite(&envelope()).unwrap();
    let sender = rewritten.rewritten_sender.as_ref().map(ToString::to_string);
    assert_eq!(sender.as_deref(), Some("ann@example.com"));
    let said = rewritten.recipients.iter().map(|recipient| recipient.rewritten.as_ref());
    let said: Vec<_> = said.map(|said| said.map(ToString::to_string)).collect();
    assert_eq!(said, [None, Some("eve@example.net".into())]);
    assert_eq!(rewritten.sender, envelope().sender);
    assert!(rewriting("fail:x", "").rewrite(&envelope()).is_err());
}

#[test]
fn tables_answer_for_addresses_and_headers() {
    let ask = |rewriting: &Arc<Rewriting>, lookup: Lookup<'_>| match TableAnswers(rewriting.clone())
        .answer(lookup)
    {
        Answering::Known(answer) => answer,
        Answering::Asked(_) => panic!("no table blocks"),
    };
    let known = rewriting(GENERIC, "static:IGNORE");
    let address = Lookup::Generic(b"ann@client.local");
    assert_eq!(ask(&known, address), Answer::Address("ann@example.com".into()));
    assert_eq!(ask(&known, Lookup::Generic(b"bob@mx.example")), Answer::Unchanged);
    let header = Lookup::Check(Checks::Header, b"X-Odd: yes");
    assert_eq!(ask(&known, header), Answer::Action(Action::Ignore));
    assert_eq!(ask(&known, Lookup::Check(Checks::Body, b"hello")), Answer::Unchanged);
    let failing = rewriting("fail:x", "fail:x");
    assert_eq!(ask(&failing, address), Answer::Failed);
    assert_eq!(ask(&failing, header), Answer::Failed);
    assert_eq!(ask(&rewriting("", "static:REJECT"), header), Answer::Unchanged);
}

#[test]
fn flags_add_headers_in_postfix_s_order() {
    let flags: Flags = "XDOR".parse().unwrap();
    let rewriting = rewriting(GENERIC, "");
    let envelope = rewriting.rewrite(&envelope()).unwrap();
    let original = "robert@mx.example".parse().unwrap();
    let edits = rewriting.edits(&envelope, Some(&original), flags).unwrap();
    let added: Vec<_> =
        edits.additions.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        added,
        [
            "Return-Path: <ann@example.com>",
            "X-Original-To: robert@mx.example",
            "Delivered-To: bob@mx.example",
        ]
    );
    assert_eq!(edits.delivered_to.as_deref(), Some("bob@mx.example"));
    assert!(flags.is_final && flags.need_one_recipient());
    assert_eq!(
        "DZ".parse::<Flags>().unwrap_err().to_string(),
        "unknown flag 'Z'; expected some of D, O, R and X"
    );
}

#[test]
fn content_without_edits_is_left_alone() {
    let none = rewriting("", "");
    assert!(none.edits(&envelope(), None, Flags::default()).is_none());
    assert!(none.edits(&envelope(), None, "X".parse().unwrap()).is_none());
    assert!(none.edits(&envelope(), None, "R".parse().unwrap()).is_some());
    assert!(rewriting("", "static:OK").edits(&envelope(), None, Flags::default()).is_some());
    assert_eq!(none.rewrite(&envelope()).unwrap(), envelope());
}
