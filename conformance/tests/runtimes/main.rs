//! What every runtime owes to the driver: sockets, timers, connections and threads.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod connecting;
mod editing;
mod waiting;

/// Makes tests of facts, one for each runtime.
macro_rules! on_every_runtime {
    ($($fact:path as $name:ident)*) => {
        mod tokio {
            $(#[test]
            fn $name() {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_all().build().unwrap();
                runtime.block_on($fact(envoi_tokio::Tokio::default()));
            })*
        }

        mod smol {
            $(#[test]
            fn $name() {
                smol::block_on($fact(envoi_smol::Smol::default()));
            })*
        }

        mod async_std {
            $(#[test]
            fn $name() {
                async_std::task::block_on($fact(envoi_async_std::AsyncStd::default()));
            })*
        }

        mod blocking {
            $(#[test]
            fn $name() {
                smol::future::block_on($fact(envoi_blocking::Blocking::default()));
            })*
        }
    };
}

on_every_runtime! {
    crate::waiting::a_socket_is_marked_when_something_came
        as a_socket_is_marked_when_something_came
    crate::waiting::what_came_before_is_seen as what_came_before_is_seen
    crate::waiting::what_came_again_is_seen_again as what_came_again_is_seen_again
    crate::waiting::a_wait_ends_at_its_deadline as a_wait_ends_at_its_deadline
    crate::waiting::a_refusal_ends_a_wait as a_refusal_ends_a_wait
    crate::waiting::room_to_write_ends_a_wait_for_it as room_to_write_ends_a_wait_for_it
    crate::waiting::a_wait_that_is_dropped_loses_nothing as a_wait_that_is_dropped_loses_nothing
    crate::waiting::work_that_blocks_is_done as work_that_blocks_is_done
    crate::connecting::a_unix_socket_takes_mail as a_unix_socket_takes_mail
    crate::connecting::a_refused_connection_is_an_error as a_refused_connection_is_an_error
    crate::editing::headers_are_changed_on_their_way as headers_are_changed_on_their_way
    crate::editing::edited_messages_share_a_conversation as edited_messages_share_a_conversation
    crate::editing::the_size_is_that_before as the_size_is_that_before
    crate::editing::content_is_converted_with_its_edits as content_is_converted_with_its_edits
    crate::editing::a_message_that_cannot_be_edited_does_not_arrive
        as a_message_that_cannot_be_edited_does_not_arrive
    crate::connecting::a_connection_needs_no_limit as a_connection_needs_no_limit
    crate::connecting::a_source_is_insisted_on as a_source_is_insisted_on
    crate::connecting::a_connection_is_made_in_time_or_not_at_all
        as a_connection_is_made_in_time_or_not_at_all
}
