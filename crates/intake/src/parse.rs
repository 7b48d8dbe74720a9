//! Reading runs on a thread of its own, ahead of recording.

use std::sync::{Arc, atomic::AtomicU64};

use formats::{FileKind, FormatError, ReadOptions, Reject, Row};
use tokio::sync::mpsc;

use crate::{IntakeError, input::Source};

/// Items a message carries: sending is cheap then, and little memory is held.
const CHUNK: usize = 256;

/// What the reading thread says, in this order: one [`Message::Opened`], items, one [`Message::End`].
pub(crate) enum Message {
    Opened { kind: FileKind, names_currency: bool },
    Items(Vec<Result<Row, Reject>>),
    End { rows_skipped: u64, failure: Option<String> },
    Unreadable(FormatError),
    NotOpened(IntakeError),
}

/// Starts reading. When the receiver is dropped, the thread ends by itself.
pub(crate) fn start(
    source: Arc<Source>,
    what: formats::Source,
    options: ReadOptions,
    read: Arc<AtomicU64>,
) -> mpsc::Receiver<Message> {
    let (sender, receiver) = mpsc::channel(16);
    let work = move || {
        let input = match source.open(read) {
            Ok(input) => input,
            Err(error) => return drop(sender.blocking_send(Message::NotOpened(error))),
        };
        let mut reader = match formats::open(what, input, &options) {
            Ok(reader) => reader,
            Err(error) => return drop(sender.blocking_send(Message::Unreadable(error))),
        };
        let names_currency = reader.mapping().iter().any(|column| column.field == "currency");
        if sender.blocking_send(Message::Opened { kind: reader.kind(), names_currency }).is_err() {
            return;
        }
        loop {
            let chunk: Vec<_> = reader.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            if sender.blocking_send(Message::Items(chunk)).is_err() {
                return;
            }
        }
        let failure = reader.failure().map(ToString::to_string);
        let _ = sender.blocking_send(Message::End { rows_skipped: reader.rows_skipped(), failure });
    };
    std::thread::spawn(work);
    receiver
}
