//! The contract with a provider, against a small server in this process that speaks OpenAI's chat completions.
#![allow(clippy::unwrap_used)]

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use llm::{
    Answer, AnswerCache, Budget, Ceiling, Clock, Drafter, LlmError, MemoryCache, ModelConfig, Price, Prices, Provider,
    Request, ScriptedModel, Spent, connect,
};
use serde_json::{Value, json};

/// What the server does for the next request.
#[derive(Clone)]
enum Step {
    Say(String),
    Status(u16, Vec<(&'static str, &'static str)>, &'static str),
    Pieces(Vec<&'static str>, bool),
    Slow(Duration),
    Garbage,
}

#[derive(Clone, Default)]
struct Server {
    steps: Arc<Mutex<VecDeque<Step>>>,
    seen: Arc<Mutex<Vec<(Value, String)>>>,
}

fn completion(text: &str) -> Value {
    json!({
        "id": "c1", "object": "chat.completion", "created": 1, "model": "tiny-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 120, "completion_tokens": 40, "total_tokens": 160}
    })
}

async fn answer(State(server): State<Server>, headers: axum::http::HeaderMap, body: String) -> Response {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    server.seen.lock().unwrap().push((serde_json::from_str(&body).unwrap(), key));
    let step = server.steps.lock().unwrap().pop_front().unwrap();
    match step {
        Step::Say(text) => axum::Json(completion(&text)).into_response(),
        Step::Status(status, extra, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in extra {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Step::Pieces(pieces, ends) => {
            let chunk = |delta: Value, stop: Value| {
                let choice = json!([{"index": 0, "delta": delta, "finish_reason": stop}]);
                format!(
                    "data: {}\n\n",
                    json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny-1", "choices": choice})
                )
            };
            let mut text: String = pieces.iter().map(|piece| chunk(json!({"content": piece}), Value::Null)).collect();
            if ends {
                text.push_str(&chunk(json!({}), json!("stop")));
                let usage = json!({"prompt_tokens": 120, "completion_tokens": 40, "total_tokens": 160});
                text.push_str(&format!("data: {}\n\ndata: [DONE]\n\n", json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny-1", "choices": [], "usage": usage})));
            }
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from(text)).into_response()
        }
        Step::Slow(wait) => {
            tokio::time::sleep(wait).await;
            axum::Json(completion("late")).into_response()
        }
        Step::Garbage => ([(header::CONTENT_TYPE, "application/json")], "{\"choices\": [{\"mess").into_response(),
    }
}

async fn serve(steps: Vec<Step>) -> (Server, ModelConfig) {
    let server = Server { steps: Arc::new(Mutex::new(steps.into())), ..Server::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(server.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let config = ModelConfig::new(Provider::OpenAi, "tiny-1")
        .with_base_url(format!("http://{address}/v1"))
        .with_api_key("k-123");
    (server, config)
}

/// Waits in no time and writes down what was waited for.
#[derive(Default)]
struct FakeClock {
    waits: Mutex<Vec<Duration>>,
    now: AtomicU64,
}

#[async_trait]
impl Clock for FakeClock {
    async fn sleep(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
        self.now.fetch_add(duration.as_millis() as u64, Ordering::SeqCst);
    }
    fn now_ms(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }
}

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["headline"],
        "properties": {"headline": {"type": "array", "items": {"type": "string"}, "minItems": 1}}
    })
}

fn request() -> Request {
    Request::json("Write headlines.", "headlines", schema(), 200)
}

const GOOD: &str = r#"{"headline": ["Meet the soap"]}"#;

fn drafter(config: &ModelConfig) -> (Drafter, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::default());
    (Drafter::new(connect(config).unwrap()).with_clock(clock.clone()), clock)
}

#[tokio::test]
async fn a_schema_goes_out_and_an_answer_comes_back() {
    let (server, config) = serve(vec![Step::Say(GOOD.into())]).await;
    let (drafter, _) = drafter(&config);
    let drafted = drafter.draft(&request()).await.unwrap();
    assert_eq!(drafted.value.unwrap()["headline"][0], "Meet the soap");
    assert_eq!((drafted.prompt_tokens, drafted.answer_tokens, drafted.attempts), (120, 40, 1));
    assert_eq!(drafted.cost_micro_usd, Some(0), "a server on this machine costs nothing");
    let (body, key) = server.seen.lock().unwrap()[0].clone();
    assert_eq!(key, "Bearer k-123");
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert_eq!(body["response_format"]["json_schema"]["schema"]["required"][0], "headline");
    assert_eq!(body["max_tokens"], 200);
    assert_eq!(body["messages"][0]["content"], "Write headlines.");
}

#[tokio::test]
async fn rate_limits_and_faults_are_waited_out() {
    let busy = Step::Status(429, vec![("retry-after", "7")], "slow down");
    let broken = Step::Status(503, vec![], "");
    let (server, config) = serve(vec![busy, broken, Step::Garbage, Step::Say(GOOD.into())]).await;
    let (drafter, clock) = drafter(&config);
    let drafted = drafter.draft(&request()).await.unwrap();
    assert_eq!(drafted.attempts, 4);
    assert_eq!(server.seen.lock().unwrap().len(), 4);
    let waits = clock.waits.lock().unwrap().clone();
    assert_eq!(waits[0], Duration::from_secs(7), "what the provider asks for");
    assert!(waits[1] >= Duration::from_millis(500) && waits[1] <= Duration::from_secs(1), "{waits:?}");
    assert_eq!(drafted.latency_ms, waits.iter().map(|wait| wait.as_millis() as i64).sum::<i64>());
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once_in_clear_words() {
    for (step, code, words) in [
        (
            Step::Status(401, vec![], "{\"error\": {\"message\": \"bad key\"}}"),
            "llm_key_refused",
            "did not accept the API key",
        ),
        (
            Step::Status(400, vec![], "{\"error\": {\"message\": \"schema too deep\"}}"),
            "llm_refused",
            "schema too deep",
        ),
        (Step::Status(404, vec![], "{\"error\": {\"message\": \"no such model\"}}"), "llm_refused", "no such model"),
        (Step::Status(429, vec![("retry-after", "3600")], ""), "llm_rate_limited", "asks to wait 3600 s"),
    ] {
        let (server, config) = serve(vec![step]).await;
        let (drafter, clock) = drafter(&config);
        let error = drafter.draft(&request()).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(server.seen.lock().unwrap().len(), 1);
        assert!(clock.waits.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_invalid_answer_is_sent_back_once() {
    let (server, config) = serve(vec![Step::Say("{\"headlines\": \"no\"}".into()), Step::Say(GOOD.into())]).await;
    let (drafter, _) = drafter(&config);
    let drafted = drafter.draft(&request()).await.unwrap();
    assert!(drafted.is_repaired);
    assert_eq!((drafted.prompt_tokens, drafted.attempts), (240, 2), "both calls are counted");
    let prompt = server.seen.lock().unwrap()[1].0["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(prompt.contains("could not be used") && prompt.contains("headline"), "{prompt}");

    let (_, config) = serve(vec![Step::Say("no".into()), Step::Say("still no".into())]).await;
    let error = drafter_for(&config).draft(&request()).await.unwrap_err();
    assert!(matches!(&error, LlmError::InvalidAnswer { text, .. } if text == "still no"), "{error}");
}

fn drafter_for(config: &ModelConfig) -> Drafter {
    drafter(config).0
}

#[tokio::test]
async fn a_slow_answer_times_out_and_is_tried_again() {
    let (server, config) = serve(vec![Step::Slow(Duration::from_secs(30)), Step::Say(GOOD.into())]).await;
    let drafter = drafter_for(&config);
    let request = Request { timeout: Duration::from_millis(120), ..request() };
    let drafted = drafter.draft(&request).await.unwrap();
    assert_eq!(drafted.attempts, 2);
    assert_eq!(server.seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn text_streams_and_a_broken_stream_is_tried_again() {
    let pieces = vec!["{\"head", "line\": [\"Meet", " the soap\"]}"];
    let (server, config) = serve(vec![Step::Pieces(vec!["{\"he"], false), Step::Pieces(pieces, true)]).await;
    let drafter = drafter_for(&config);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(64);
    let drafted = drafter.draft_streaming(&request(), sender).await.unwrap();
    assert_eq!(drafted.text, GOOD);
    assert_eq!((drafted.prompt_tokens, drafted.answer_tokens), (120, 40), "usage comes with the stream");
    let mut heard = String::new();
    while let Some(piece) = receiver.recv().await {
        heard.push_str(&piece);
    }
    assert_eq!(heard.rsplit('\u{0}').next().unwrap(), GOOD, "what came before a retry is marked: {heard:?}");
    assert_eq!(server.seen.lock().unwrap()[0].0["stream"], true);
}

#[tokio::test]
async fn the_same_question_is_paid_for_once() {
    let (server, config) = serve(vec![Step::Say(GOOD.into()), Step::Say(GOOD.into())]).await;
    let cache: Arc<dyn AnswerCache> = Arc::new(MemoryCache::default());
    let drafter = drafter_for(&config).with_cache(cache);
    let first = drafter.draft(&request()).await.unwrap();
    let second = drafter.draft(&request()).await.unwrap();
    assert!(!first.is_cached && second.is_cached);
    assert_eq!((first.value, first.digest), (second.value, second.digest));
    assert_eq!(server.seen.lock().unwrap().len(), 1);
    let other = Request { seed: Some(2), ..request() };
    assert!(!drafter.draft(&other).await.unwrap().is_cached);
}

#[tokio::test]
async fn the_ceiling_stops_a_call_before_it_is_made() {
    let prices = Prices {
        overrides: vec![Price { model: "scripted".into(), prompt_micro_usd: 1_000_000, answer_micro_usd: 1_000_000 }],
    };
    let model = Arc::new(ScriptedModel::new([Ok(GOOD.to_owned()), Ok(GOOD.to_owned())]));
    let budget = Budget::new(Ceiling { micro_usd: Some(210), tokens: None }, Spent::default());
    let drafter = Drafter::new(model.clone()).with_prices(prices).with_budget(budget.clone());
    let drafted = drafter.draft(&request()).await.unwrap();
    assert_eq!(drafted.cost_micro_usd, Some(budget.spent().micro_usd as i64));
    let error = drafter.draft(&Request { seed: Some(1), ..request() }).await.unwrap_err();
    assert_eq!(error.code(), "llm_over_budget");
    assert_eq!(error.to_string().split('.').next(), Some("Not asked: $0"), "{error}");
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn dropping_the_draft_cancels_it_and_gives_the_budget_back() {
    let (_, config) = serve(vec![Step::Slow(Duration::from_secs(30))]).await;
    let budget = Budget::new(Ceiling { micro_usd: None, tokens: Some(1_000) }, Spent::default());
    let drafter = drafter_for(&config).with_budget(budget.clone());
    let request = request();
    let call = tokio::time::timeout(Duration::from_millis(100), drafter.draft(&request)).await;
    assert!(call.is_err());
    assert_eq!(budget.spent(), Spent::default());
}

#[tokio::test]
async fn an_unreachable_server_and_bad_settings_are_told() {
    let config = ModelConfig::new(Provider::OpenAi, "m").with_base_url("http://127.0.0.1:9/v1");
    let error = drafter_for(&config).draft(&request()).await.unwrap_err();
    assert_eq!(error.code(), "llm_unreachable", "{error}");
    let refused = |config: &ModelConfig| connect(config).err().unwrap().to_string();
    assert!(refused(&ModelConfig::new(Provider::Anthropic, "claude-haiku-4-5")).contains("No API key for Anthropic"));
    assert!(refused(&ModelConfig::new(Provider::OpenAi, " ")).contains("no name"));
    let open = ModelConfig::new(Provider::OpenAi, "m").with_base_url("http://llm.example/v1").with_api_key("secret");
    assert!(refused(&open).contains("use https"));
    assert!(!format!("{open:?}").contains("secret"));
}

#[tokio::test]
async fn a_stored_answer_that_no_longer_fits_is_asked_for_again() {
    let cache = Arc::new(MemoryCache::default());
    let model = Arc::new(ScriptedModel::new([Ok(GOOD.to_owned())]));
    let stale = Answer { text: "{}".into(), model: "scripted".into(), usage: llm::Usage::default(), is_cut: false };
    cache.put(&llm::digest("scripted", &request()), &stale).await;
    let drafter = Drafter::new(model).with_cache(cache);
    assert!(!drafter.draft(&request()).await.unwrap().is_cached);
}
