//! Servers that write down what they hear.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use envoi_sink::{Options, Session};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};

/// A server of its own for one message.
pub(crate) struct Receiver {
    address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

/// What was heard.
#[derive(Default)]
struct Record {
    /// Each connection's bytes.
    heard: Vec<Vec<u8>>,
    /// How many connections are open.
    open: usize,
}

impl Receiver {
    /// Listens until the program ends.
    pub(crate) fn start(options: Options) -> Self {
        let listener = smol::block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::<Mutex<Record>>::default();
        smol::spawn(listen(listener, options.into(), record.clone())).detach();
        Self { address, record }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was said in each connection, once all that there were have ended.
    pub(crate) fn heard(&self) -> Vec<Vec<u8>> {
        let began = Instant::now();
        while self.record.lock().unwrap().open > 0 && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
        self.record.lock().unwrap().heard.clone()
    }
}

async fn listen(listener: TcpListener, options: Arc<Options>, record: Arc<Mutex<Record>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let place = {
            let mut record = record.lock().unwrap();
            record.open += 1;
            record.heard.push(Vec::new());
            record.heard.len() - 1
        };
        let (options, record) = (options.clone(), record.clone());
        let serve = async move {
            // A client that breaks off has said what it had to say.
            converse(stream, options, &record, place).await.unwrap_or_default();
            record.lock().unwrap().open -= 1;
        };
        smol::spawn(serve).detach();
    }
}

async fn converse(
    mut stream: TcpStream,
    options: Arc<Options>,
    record: &Mutex<Record>,
    place: usize,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut session = Session::new(options);
    let mut space = vec![0; 64 * 1024];
    loop {
        let said = session.output().to_vec();
        stream.write_all(&said).await?;
        session.handle_transmitted(said.len());
        if session.wants_close() {
            return Ok(());
        }
        let read = stream.read(&mut space).await?;
        if read == 0 {
            return Ok(());
        }
        record.lock().unwrap().heard[place].extend(&space[..read]);
        session.handle_input(&space[..read]);
    }
}

/// How long a connection may stay open when its message is settled.
const PATIENCE: Duration = Duration::from_secs(10);
