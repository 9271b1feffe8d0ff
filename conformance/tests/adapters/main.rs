//! One suite over all runtimes.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod bed;
mod secured;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use envoi_driver::proto::{Config, Doubt, Peer};
use envoi_driver::{Connection, Content, Io, Message, Report, Verdict};
use envoi_sink::{Options, Recipients};

use self::bed::*;
use self::secured::*;

/// Runs every scenario on every runtime.
macro_rules! suite {
    ($($scenario:ident),* $(,)?) => {
        mod tokio_runtime {
            $(#[test]
            fn $scenario() {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(super::$scenario(|to, peer, config| async move {
                    envoi_tokio::connect(to, peer, config).await
                }));
            })*
        }
        mod smol_runtime {
            $(#[test]
            fn $scenario() {
                smol::block_on(super::$scenario(|to, peer, config| async move {
                    envoi_smol::connect(to, peer, config).await
                }));
            })*
        }
        mod async_std_runtime {
            $(#[test]
            fn $scenario() {
                async_std::task::block_on(super::$scenario(|to, peer, config| async move {
                    envoi_async_std::connect(to, peer, config).await
                }));
            })*
        }
        mod blocking_runtime {
            $(#[test]
            fn $scenario() {
                smol::block_on(super::$scenario(|to, peer, config| async move {
                    Ok(envoi_blocking::connect(to, peer, config)?.into_driver())
                }));
            })*
        }
    };
}

suite!(
    messages_arrive_byte_for_byte,
    recipients_have_verdicts_of_their_own,
    a_large_file_arrives_byte_for_byte,
    content_from_a_source_arrives,
    a_source_that_is_read_once_is_gone_the_second_time,
    broken_promises_are_kept_from_the_server,
    a_lost_connection_leaves_doubt,
    a_refusing_server_defers_all,
    a_refused_connection_is_an_error,
    a_conversation_can_be_made_ready_beforehand,
    a_server_that_takes_no_mail_is_told_beforehand,
    silence_ends_at_the_time_limit,
    a_server_that_writes_before_it_reads_is_no_deadlock,
    recipients_beyond_the_limit_go_in_parts,
    mail_beyond_the_limit_is_not_tried,
    one_conversation_sends_again_and_again,
    content_is_let_go_before_the_next_message_is_taken,
    a_dropped_send_is_reported,
    aborted_reports_tell_of_open_messages,
    a_pair_sends_for_several_tasks,
    messages_go_through_starttls,
    a_password_goes_through_implicit_tls,
    a_refused_password_is_remembered,
    a_failed_handshake_is_told,
);

trait Connect<I>: Fn(SocketAddr, Peer, Arc<Config>) -> Self::Connecting {
    type Connecting: Future<Output = std::io::Result<Connection<I>>>;
}

impl<I, F, C> Connect<I> for C
where
    C: Fn(SocketAddr, Peer, Arc<Config>) -> F,
    F: Future<Output = std::io::Result<Connection<I>>>,
{
    type Connecting = F;
}

async fn messages_arrive_byte_for_byte<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let contents = ["Subject: 1\n\nHello\n.\n..\n", "", "\r\n", "x", ".\r\n\u{e9}\r\n"];
    let expected =
        ["Subject: 1\r\n\r\nHello\r\n.\r\n..\r\n", "", "\r\n", "x\r\n", ".\r\n\u{e9}\r\n"];
    let messages = contents.map(|content| message(&["bob"], content));
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), messages).await;
    assert!(reports.iter().all(Report::is_sent));
    let received: Vec<_> = sink.messages().into_iter().map(|message| message.content).collect();
    assert_eq!(received, expected.map(|text| text.as_bytes().to_vec()));
}

async fn recipients_have_verdicts_of_their_own<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options { recipients: Recipients::ByName, ..Options::default() });
    let message = message(&["bob", "bounce", "defer"], "Hello\n");
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), [message]).await;
    assert_eq!(verdicts(&reports[0]), [Verdict::Sent, Verdict::Bounced, Verdict::Deferred]);
    assert_eq!(sink.messages()[0].recipients, ["bob@mx.example"]);
}

async fn a_large_file_arrives_byte_for_byte<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let text = "A line of text that is as long as others are.\r\n".repeat(100_000);
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(text.as_bytes()).unwrap();
    let content = Content::file(file.path()).unwrap();
    let messages = [message(&["bob"], content.clone()), message(&["eve"], content)];
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), messages).await;
    assert!(reports.iter().all(Report::is_sent), "{reports:?}");
    let received = sink.messages();
    assert!(received.len() == 2 && received.iter().all(|m| m.content == text.as_bytes()));
    let size = format!("SIZE={}", text.len());
    assert!(received[0].mail_parameters.contains(&size), "{}", received[0].mail_parameters);
}

async fn content_from_a_source_arrives<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let content = Content::open_with(Parts(vec!["Hel", "lo\n", ".", "\r", "\nend"]), None);
    let reports = send_all(
        connect(sink.address(), peer(), config()).await.unwrap(),
        [message(&["bob"], content)],
    )
    .await;
    assert!(reports[0].is_sent());
    assert_eq!(sink.messages()[0].content, b"Hello\r\n.\r\nend\r\n");
}

async fn a_source_that_is_read_once_is_gone_the_second_time<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let content = Content::once(Parts(vec!["Hello\n"]).source());
    let messages = [message(&["bob"], content.clone()), message(&["eve"], content)];
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), messages).await;
    assert_eq!(verdicts(&reports[0]), [Verdict::Sent]);
    assert_eq!(verdicts(&reports[1]), [Verdict::Deferred]);
    assert_eq!(sink.count(), 1);
}

async fn broken_promises_are_kept_from_the_server<I: Io>(connect: impl Connect<I>) {
    for promised in [4, 6] {
        let sink = sink(Options::default());
        let mut envelope = envelope(&["bob"]);
        envelope.length = Some(promised);
        let message = Message::new(envelope, "12345");
        let reports =
            send_all(connect(sink.address(), peer(), config()).await.unwrap(), [message]).await;
        assert_eq!(verdicts(&reports[0]), [Verdict::Deferred]);
        assert_eq!(sink.count(), 0);
    }
}

async fn a_lost_connection_leaves_doubt<I: Io>(connect: impl Connect<I>) {
    for (fault, doubt) in [
        ("eod:disconnect", Doubt::Uncertain),
        ("data:disconnect", Doubt::None),
        ("content:disconnect", Doubt::None),
        ("rcpt:disconnect", Doubt::None),
    ] {
        let sink = sink_with_fault(fault);
        // More than the kernel takes of it before it is known that nobody reads it.
        let content = "A line of text.\r\n".repeat(1_000_000);
        let content = if fault.starts_with("content") { content } else { "Hi\n".into() };
        let messages = [message(&["bob", "eve"], content), message(&["joe"], "Hi\n")];
        let reports =
            send_all(connect(sink.address(), peer(), config()).await.unwrap(), messages).await;
        assert_eq!(verdicts(&reports[0]), [Verdict::Deferred; 2], "{fault}");
        let doubts: Vec<_> = reports[0].outcomes.iter().map(|outcome| outcome.doubt).collect();
        assert_eq!(doubts, [doubt; 2], "{fault}: {:?}", reports[0]);
        assert_eq!(reports[1].outcomes[0].doubt, Doubt::None, "{fault}");
    }
}

async fn a_refusing_server_defers_all<I: Io>(connect: impl Connect<I>) {
    let sink = sink_with_fault("connect:reject=554 go away");
    let messages = [message(&["bob"], "1"), message(&["eve"], "2")];
    let mut reports = connect(sink.address(), peer(), config()).await.unwrap().send_all(messages);
    for _ in 0..2 {
        let report = reports.next().await.unwrap();
        assert!(!reports.was_ready());
        let outcome = &report.outcomes[0];
        assert_eq!(outcome.verdict, Verdict::Deferred);
        assert!(outcome.text.ends_with("refused to talk to me: 554 go away"), "{}", outcome.text);
    }
}

async fn a_refused_connection_is_an_error<I: Io>(connect: impl Connect<I>) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = connect(free, peer(), config()).await.err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

async fn a_conversation_can_be_made_ready_beforehand<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let mut connection = connect(sink.address(), peer(), config()).await.unwrap();
    connection.ready().await.unwrap();
    assert!(connection.was_ready());
    // Once more changes nothing.
    connection.ready().await.unwrap();
    let reports = send_all(connection, [message(&["bob"], "Hello\n")]).await;
    assert_eq!(verdicts(&reports[0]), [Verdict::Sent]);
    assert_eq!((sink.count(), sink.connections()), (1, 1));
}

async fn a_server_that_takes_no_mail_is_told_beforehand<I: Io>(connect: impl Connect<I>) {
    let told = |what: &str| format!("{what} mx.example[127.0.0.1]");
    for (fault, reason) in [
        ("connect:reject=554 go away", told("host") + " refused to talk to me: 554 go away"),
        ("helo:disconnect", told("lost connection with") + " while performing the EHLO handshake"),
    ] {
        let sink = sink_with_fault(fault);
        let mut connection = connect(sink.address(), peer(), config()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(connection.ready().await.unwrap_err().to_string(), reason);
        }
        let report = connection.send(message(&["bob"], "Hello\n")).await;
        assert_eq!(verdicts(&report), [Verdict::Deferred]);
        assert_eq!(&*report.outcomes[0].text, reason);
    }
}

async fn silence_ends_at_the_time_limit<I: Io>(connect: impl Connect<I>) {
    let sink = sink_with_fault("mail:stall");
    let mut config = Config::new("client.example".parse().unwrap());
    config.time_limits.mail = Duration::from_millis(200);
    let connection = connect(sink.address(), peer(), config.into()).await.unwrap();
    let reports = send_all(connection, [message(&["bob"], "1")]).await;
    let text = &reports[0].outcomes[0].text;
    assert!(text.contains("timed out while sending MAIL FROM"), "{text}");
}

/// The server sends much before it reads the content, and so does the client.
async fn a_server_that_writes_before_it_reads_is_no_deadlock<I: Io>(connect: impl Connect<I>) {
    let content = "A line of text.\r\n".repeat(1_000_000);
    let (address, server) = serve(|stream| {
        say(stream, "220 mx.example ESMTP\r\n");
        hear(stream, "EHLO client.example\r\n");
        say(stream, "250-mx.example\r\n250 PIPELINING\r\n");
        hear(stream, "DATA\r\n");
        say(stream, "250 ok\r\n250 ok\r\n354 go\r\n");
        let mut chatter = vec![b'-'; 1 << 20];
        chatter.chunks_mut(1000).for_each(|line| line[0] = b'\n');
        stream.write_all(&chatter[..100_000]).unwrap();
        hear(stream, "\r\n.\r\nQUIT\r\n");
        say(stream, "\r\n250 taken\r\n221 bye\r\n");
    });
    let reports =
        send_all(connect(address, peer(), config()).await.unwrap(), [message(&["bob"], content)])
            .await;
    assert!(reports[0].is_sent(), "{reports:?}");
    server.join().unwrap();
}

async fn recipients_beyond_the_limit_go_in_parts<I: Io>(connect: impl Connect<I>) {
    let mut options = Options { recipients: Recipients::ByName, ..Options::default() };
    options.extensions.limits.rcpt_max = Some(2);
    let sink = sink(options);
    let message = message(&["a", "b", "bounce", "c", "d"], "Hello\n");
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), [message]).await;
    use Verdict::{Bounced, Sent};
    assert_eq!(verdicts(&reports[0]), [Sent, Sent, Bounced, Sent, Sent]);
    let recipients: Vec<_> = sink.messages().into_iter().map(|m| m.recipients).collect();
    assert_eq!(
        recipients,
        [vec!["a@mx.example", "b@mx.example"], vec!["c@mx.example"], vec!["d@mx.example"]]
    );
}

async fn mail_beyond_the_limit_is_not_tried<I: Io>(connect: impl Connect<I>) {
    let mut options = Options::default();
    options.extensions.limits.mail_max = Some(2);
    let sink = sink(options);
    let messages = ["1", "2", "3"].map(|content| message(&["bob"], content));
    let reports =
        send_all(connect(sink.address(), peer(), config()).await.unwrap(), messages).await;
    let verdicts: Vec<_> = reports.iter().flat_map(verdicts).collect();
    assert_eq!(verdicts, [Verdict::Sent, Verdict::Sent, Verdict::Deferred]);
    assert_eq!(sink.count(), 2);
}

async fn one_conversation_sends_again_and_again<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let mut connection = connect(sink.address(), peer(), config()).await.unwrap();
    for _ in 0..3 {
        assert!(connection.send(message(&["bob"], "Hello\n")).await.is_sent());
        assert!(connection.is_open() && connection.was_ready());
    }
    connection.quit().await;
    assert_eq!((sink.count(), sink.connections()), (3, 1));
}

async fn content_is_let_go_before_the_next_message_is_taken<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let content: Arc<[u8]> = b"Hello\r\n"[..].into();
    let messages = (0..3).map(|_| {
        assert_eq!(Arc::strong_count(&content), 1);
        message(&["bob"], Bytes::from_owner(content.clone()))
    });
    let mut reports = connect(sink.address(), peer(), config()).await.unwrap().send_all(messages);
    while let Some(report) = reports.next().await {
        assert!(report.is_sent());
    }
    assert_eq!(sink.count(), 3);
}

async fn a_dropped_send_is_reported<I: Io>(connect: impl Connect<I>) {
    let sink = sink_with_fault("eod:stall");
    let mut config = Config::new("client.example".parse().unwrap());
    config.time_limits.end_of_data = Duration::from_millis(100);
    let mut connection = connect(sink.address(), peer(), config.into()).await.unwrap();
    let sending = connection.send(message(&["bob"], "Hello\n"));
    let late = async {
        async_std::task::sleep(Duration::from_millis(50)).await;
    };
    // A runtime that blocks comes to its time limit first.
    let was_dropped = smol::future::or(
        async {
            drop(sending.await);
            false
        },
        async {
            late.await;
            true
        },
    )
    .await;
    if was_dropped {
        assert!(connection.ready().await.is_err());
    }
    let reports = connection.abandoned();
    if was_dropped {
        assert_eq!(verdicts(&reports[0]), [Verdict::Deferred]);
        assert_eq!(reports[0].outcomes[0].doubt, Doubt::Uncertain);
        assert!(!connection.is_open());
    } else {
        assert!(I::BLOCKS && reports.is_empty());
    }
}

async fn aborted_reports_tell_of_open_messages<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let messages = ["1", "2", "3"].map(|content| message(&["bob"], content));
    let mut reports = connect(sink.address(), peer(), config()).await.unwrap().send_all(messages);
    assert!(reports.next().await.unwrap().is_sent());
    // The second message is under way by the time the first one is reported, or has arrived.
    for report in reports.abort() {
        assert_eq!(report.outcomes.len(), 1);
    }
}

async fn a_pair_sends_for_several_tasks<I: Io>(connect: impl Connect<I>) {
    let sink = sink(Options::default());
    let (sender, conversation) = connect(sink.address(), peer(), config()).await.unwrap().pair();
    let other = sender.clone();
    let tasks = async move {
        let one = sender.send(message(&["bob"], "1"));
        let two = other.send(message(&["eve"], "2"));
        let both = smol::future::zip(one, two).await;
        assert!(both.0.unwrap().is_sent() && both.1.unwrap().is_sent());
        drop((sender, other));
    };
    let unclaimed = smol::future::zip(conversation.run(), tasks).await.0;
    assert!(unclaimed.is_empty());
    assert_eq!((sink.count(), sink.connections()), (2, 1));
}
