//! Making connections.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use envoi_driver::proto::{Config, Envelope, Peer};
use envoi_driver::{BadSource, Dial, Endpoint, Message, Runtime, connect};
use envoi_sink::{Options, Session};

pub(crate) async fn a_unix_socket_takes_mail<R: Runtime>(runtime: R) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || serve(&listener));

    let dial = Dial::from(Endpoint::Unix(path.to_str().unwrap().into()));
    let config = Arc::new(Config::new("client.example".parse().unwrap()));
    let connection = connect(&runtime, &dial, Peer::new("local"), config).await.unwrap();
    let recipients = vec!["bob@mx.example".parse().unwrap()];
    let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
    let mut reports = connection.send_all([Message::new(envelope, "Hello, Bob!\r\n")]);
    let report = reports.next().await.unwrap();
    assert!(report.is_sent(), "{report:?}");
    assert_eq!(*report.outcomes[0].relay.clone().unwrap(), *format!("local[{}]", path.display()));
    assert!(reports.next().await.is_none());
    drop(reports);
    server.join().unwrap();
}

/// Serves one client.
fn serve(listener: &UnixListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut session = Session::new(Arc::new(Options::default()));
    let mut buffer = [0; 4096];
    loop {
        stream.write_all(session.output()).unwrap();
        session.handle_transmitted(session.output().len());
        match stream.read(&mut buffer).unwrap() {
            0 => return,
            read => session.handle_input(&buffer[..read]),
        };
    }
}

pub(crate) async fn a_refused_connection_is_an_error<R: Runtime>(runtime: R) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dial = Dial::from(listener.local_addr().unwrap());
    drop(listener);
    let error = runtime.connect(&dial).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

pub(crate) async fn a_connection_needs_no_limit<R: Runtime>(runtime: R) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dial = Dial { timeout: None, ..listener.local_addr().unwrap().into() };
    let _connection = runtime.connect(&dial).await.unwrap();
    listener.accept().unwrap();
}

pub(crate) async fn a_source_is_insisted_on<R: Runtime>(runtime: R) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut dial = Dial::from(listener.local_addr().unwrap());
    dial.bind_to("192.0.2.1".parse().unwrap());
    drop(runtime.connect(&dial).await.unwrap());
    dial.bind_enforce = true;
    let error = runtime.connect(&dial).await.err().unwrap();
    assert!(BadSource::is_reason(&error), "{error}");
}

pub(crate) async fn a_connection_is_made_in_time_or_not_at_all<R: Runtime>(runtime: R) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // Nobody takes connections up, and there is room for one or two that wait.
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let _waiting: Vec<_> =
        (0..4).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(200))).collect();

    let began = runtime.now();
    let dial = Dial { timeout: Some(Duration::from_millis(100)), ..address.into() };
    let error = runtime.connect(&dial).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let took = runtime.now().since(began);
    assert!((Duration::from_millis(100)..Duration::from_secs(10)).contains(&took), "{took:?}");
}
