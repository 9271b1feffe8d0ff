//! Waiting for sockets, for the time, and for work.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use envoi_driver::{Dial, Io, Runtime, Watched};

/// A socket of ours that does not block, and the other end of it.
fn pair() -> (UdpSocket, UdpSocket) {
    let [ours, theirs] = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    ours.connect(theirs.local_addr().unwrap()).unwrap();
    theirs.connect(ours.local_addr().unwrap()).unwrap();
    ours.set_nonblocking(true).unwrap();
    (ours, theirs)
}

/// Watches a socket, of which a copy stays for reading.
fn watch<R: Runtime>(runtime: &R, socket: &UdpSocket) -> Watched<R::Socket> {
    let copy = OwnedFd::from(socket.try_clone().unwrap());
    Watched::new(runtime.watch(copy).unwrap())
}

/// Reads until that would block, and counts.
fn drain(socket: &UdpSocket) -> usize {
    let mut space = [0; 16];
    let count = std::iter::from_fn(|| socket.recv(&mut space).ok()).count();
    assert_eq!(socket.recv(&mut space).unwrap_err().kind(), ErrorKind::WouldBlock);
    count
}

/// Far enough for whatever is to happen.
fn soon<R: Runtime>(runtime: &R) -> Option<envoi_driver::proto::Instant> {
    Some(runtime.now() + Duration::from_secs(20))
}

pub(crate) async fn a_socket_is_marked_when_something_came<R: Runtime>(runtime: R) {
    let [one, two] = [pair(), pair()];
    let [mut first, mut second] = [&one, &two].map(|(ours, _)| watch(&runtime, ours));
    let sender = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        two.1.send(b"hello").unwrap();
        two
    });
    runtime.wait(&mut [&mut first, &mut second], soon(&runtime)).await.unwrap();
    assert_eq!((first.is_ready, second.is_ready), (false, true));
    assert_eq!(drain(&sender.join().unwrap().0), 1);
}

pub(crate) async fn what_came_before_is_seen<R: Runtime>(runtime: R) {
    let (ours, theirs) = pair();
    theirs.send(b"hello").unwrap();
    let mut watched = watch(&runtime, &ours);
    runtime.wait(&mut [&mut watched], soon(&runtime)).await.unwrap();
    assert!(watched.is_ready);
}

pub(crate) async fn what_came_again_is_seen_again<R: Runtime>(runtime: R) {
    let (ours, theirs) = pair();
    let mut watched = watch(&runtime, &ours);
    for _ in 0..3 {
        theirs.send(b"hello").unwrap();
        while drain(&ours) == 0 {
            watched.is_ready = false;
            runtime.wait(&mut [&mut watched], soon(&runtime)).await.unwrap();
            assert!(watched.is_ready);
        }
    }
}

pub(crate) async fn a_wait_ends_at_its_deadline<R: Runtime>(runtime: R) {
    let (ours, _theirs) = pair();
    let mut watched = watch(&runtime, &ours);
    let deadline = runtime.now() + Duration::from_millis(50);
    runtime.wait(&mut [&mut watched], Some(deadline)).await.unwrap();
    let late = runtime.now().since(deadline);
    assert!(runtime.now() >= deadline && late < Duration::from_secs(10), "{late:?}");
    assert!(!watched.is_ready);
    // One that has passed already, without any socket.
    runtime.wait(&mut [], Some(deadline)).await.unwrap();
}

pub(crate) async fn a_refusal_ends_a_wait<R: Runtime>(runtime: R) {
    let (ours, theirs) = pair();
    drop(theirs);
    let mut watched = watch(&runtime, &ours);
    ours.send(b"hello").unwrap();
    runtime.wait(&mut [&mut watched], soon(&runtime)).await.unwrap();
    assert!(watched.is_ready);
    assert_eq!(ours.recv(&mut [0; 16]).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

pub(crate) async fn room_to_write_ends_a_wait_for_it<R: Runtime>(runtime: R) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = Dial::from(listener.local_addr().unwrap()).start().unwrap();
    let mut watched = Watched::new(runtime.watch(stream.into()).unwrap());
    watched.writes = true;
    runtime.wait(&mut [&mut watched], soon(&runtime)).await.unwrap();
    assert!(watched.is_ready);
    // It has room still, but that is of no interest.
    (watched.writes, watched.is_ready) = (false, false);
    let deadline = runtime.now() + Duration::from_millis(50);
    runtime.wait(&mut [&mut watched], Some(deadline)).await.unwrap();
    assert!(!watched.is_ready);
}

pub(crate) async fn a_wait_that_is_dropped_loses_nothing<R: Runtime>(runtime: R) {
    let (ours, theirs) = pair();
    let mut watched = watch(&runtime, &ours);
    if !R::Io::BLOCKS {
        let mut sockets = [&mut watched];
        let mut wait = pin!(runtime.wait(&mut sockets, None));
        let polled = poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
    }
    theirs.send(b"hello").unwrap();
    runtime.wait(&mut [&mut watched], soon(&runtime)).await.unwrap();
    assert!(watched.is_ready);
    assert_eq!(drain(&ours), 1);
}

pub(crate) async fn work_that_blocks_is_done<R: Runtime>(runtime: R) {
    let thread = runtime.block(|| thread::current().id()).await;
    assert_eq!(thread == thread::current().id(), R::Io::BLOCKS);
}
