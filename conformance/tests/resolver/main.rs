//! The resolver that is built in, and what stands on it, on every runtime: name servers are
//! threads of the test's.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod bed;
mod crowd;
mod lookups;
mod mail;
mod server;

/// Makes tests of facts, one for each runtime.
macro_rules! on_every_runtime {
    ($($module:ident { $($fact:ident)* })*) => {
        mod tokio {
            $($(#[test]
            fn $fact() {
                crate::bed::tokio(crate::$module::$fact(envoi_tokio::Tokio::default()));
            })*)*
        }

        mod smol {
            $($(#[test]
            fn $fact() {
                smol::block_on(crate::$module::$fact(envoi_smol::Smol::default()));
            })*)*
        }

        mod async_std {
            $($(#[test]
            fn $fact() {
                let runtime = envoi_async_std::AsyncStd::default();
                async_std::task::block_on(crate::$module::$fact(runtime));
            })*)*
        }

        mod blocking {
            $($(#[test]
            fn $fact() {
                let runtime = envoi_blocking::Blocking::default();
                smol::future::block_on(crate::$module::$fact(runtime));
            })*)*
        }
    };
}

on_every_runtime! {
    lookups {
        an_answer_is_found_and_then_known
        questions_leave_together
        the_same_question_is_asked_once
        what_does_not_fit_in_a_datagram_comes_by_a_stream
        a_server_that_is_not_there_is_passed_over_at_once
        what_nobody_answers_is_to_be_tried_again
        one_that_is_dropped_holds_up_nobody
        one_that_is_answered_waits_for_no_other
        other_servers_take_over_what_is_under_way
        more_than_the_machine_takes_wait_for_their_turn
        hosts_come_before_the_system
    }
    mail {
        a_message_goes_to_the_next_host_where_the_best_is_down
        a_message_goes_to_every_domain_of_its_recipients
        a_message_goes_where_all_mail_goes
        a_delivery_takes_no_longer_than_it_may
        a_domain_that_is_not_there_bounces
        what_is_asked_in_vain_does_not_hold_up_the_first_host
        what_was_open_is_asked_again_when_it_is_wanted
        an_application_hears_how_it_goes
    }
}
