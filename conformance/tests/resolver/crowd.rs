//! Many at once, on many threads, some of which give up.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use envoi_driver::dns::{Kind, Limits, ResolvConf};
use envoi_driver::{Resolver as _, Runtime, StubResolver};

use crate::bed::{LONG, config, is_one, query, resolver};
use crate::server::{Record, Reply, Server};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes the same of resolvers on every runtime, whose futures can go to other threads.
macro_rules! crowd {
    ($($name:ident: $runtime:expr, $run:expr;)*) => {
        $(#[test]
        fn $name() {
            let bed = Bed::default();
            let resolver = StubResolver::new($runtime, bed.config(), Limits::default()).unwrap();
            let tasks = (0..TASKS).map(|task| -> Task {
                Box::pin(bed.clone().task(task, resolver.clone()))
            });
            let run = $run;
            run(tasks.collect());
            bed.check();
        })*
    };
}

crowd! {
    crowd_on_tokio: envoi_tokio::Tokio::default(), |tasks: Vec<Task>| {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    };
    crowd_on_smol: envoi_smol::Smol::default(), |tasks: Vec<Task>| {
        let executor = smol::Executor::new();
        let tasks: Vec<_> = tasks.into_iter().map(|task| executor.spawn(task)).collect();
        let is_over = smol::channel::bounded::<()>(1);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| smol::block_on(executor.run(is_over.1.recv())).unwrap_err());
            }
            smol::block_on(async {
                for task in tasks {
                    task.await;
                }
            });
            is_over.0.close();
        });
    };
    crowd_on_async_std: envoi_async_std::AsyncStd::default(), |tasks: Vec<Task>| {
        async_std::task::block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(async_std::task::spawn).collect();
            for task in tasks {
                task.await;
            }
        });
    };
    crowd_on_threads: envoi_blocking::Blocking::default(), |tasks: Vec<Task>| {
        thread::scope(|scope| {
            for task in tasks {
                scope.spawn(|| smol::future::block_on(task));
            }
        });
    };
}

/// A server that loses some questions and answers others late, and what came of the tasks.
#[derive(Clone)]
struct Bed {
    server: Arc<Server>,
    answered: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
    began: Instant,
}

impl Default for Bed {
    fn default() -> Self {
        let count = AtomicUsize::new(0);
        let server = Server::start(move |_| {
            let records = vec![Record::A([192, 0, 2, 1].into())];
            match count.fetch_add(1, Ordering::Relaxed) % 20 {
                7 => Reply::Silence,
                number @ (3 | 12) => Reply::Late(Duration::from_millis(number as u64), records),
                _ => Reply::Records(records),
            }
        });
        let (answered, dropped) = Default::default();
        Self { server: server.into(), answered, dropped, began: Instant::now() }
    }
}

impl Bed {
    /// So patient that no name is lost for good.
    fn config(&self) -> ResolvConf {
        config(&[self.server.address], Duration::from_millis(300), 8)
    }

    /// Looks up some names, of which others look up some as well, and gives up on every third.
    async fn task<R: Runtime>(self, task: usize, resolver: StubResolver<R>) {
        for turn in 0..TURNS {
            let name = format!("mx{}.example", task / 2 * TURNS + turn);
            let mut lookup = Box::pin(resolver.lookup(query(&name, Kind::A)));
            let patience = if (task + turn).is_multiple_of(3) { turn % 3 } else { usize::MAX };
            let mut polls = 0;
            let answer = poll_fn(|cx| {
                let polled = lookup.as_mut().poll(cx);
                polls += 1;
                if polled.is_pending() && polls > patience {
                    return Poll::Ready(None);
                }
                polled.map(Some)
            });
            match answer.await {
                Some(answer) => {
                    assert!(is_one(&answer), "{answer:?}");
                    self.answered.fetch_add(1, Ordering::Relaxed);
                }
                None => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
            if task == 0 && turn == TURNS / 2 {
                resolver.set_servers(self.config()).unwrap();
            }
        }
    }

    fn check(&self) {
        let [answered, dropped] =
            [&self.answered, &self.dropped].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(answered + dropped, TASKS * TURNS);
        let least = TASKS * TURNS * 2 / 3;
        assert!(answered >= least && dropped > 0, "{answered} answered, {dropped} dropped");
        let took = self.began.elapsed();
        assert!(took < LONG, "{took:?}");
    }
}

#[test]
fn a_leader_that_blocks_is_interrupted_by_another_question() {
    let server = Server::start(|question| match question {
        "silent.example A" => Reply::Silence,
        _ => crate::bed::one(),
    });
    let runtime = envoi_blocking::Blocking::default();
    let resolver = resolver(runtime, &[server.address], Duration::from_secs(2));
    let leader = thread::spawn({
        let resolver = resolver.clone();
        move || smol::future::block_on(resolver.lookup(query("silent.example", Kind::A)))
    });
    while server.asked().is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    let began = Instant::now();
    let answer = smol::future::block_on(resolver.lookup(query("mx.example", Kind::A)));
    assert!(is_one(&answer));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(leader.join().unwrap().records.is_err());
}

/// How many there are at the same time.
const TASKS: usize = 60;

/// How many names each looks up.
const TURNS: usize = 30;
