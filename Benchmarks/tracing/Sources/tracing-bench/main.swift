// Starts and ends SPANS spans through the global functions of swift-distributed-tracing, over a back end that does nothing (bare)
// or only reads the attributes at the end (reading),
// or over this package's (ours), whose spans go to a processor that drops them; or through this package's own tracer (native).
// The difference between ours and bare is what this package adds.
//
//   tracing-bench bare|reading|ours|native plain|update|subscript|with SPANS
//
// plain: no attributes; update: ten by updateAttributes; subscript: ten by subscript; with: ten by updateAttributes in withSpan.
import TelemetrySDK
import TelemetryTracing
import Tracing

#if canImport(Glibc)
  import Glibc
#endif

struct DroppingProcessor: SpanProcessor {
  func onEnd(_ span: RecordingSpan) {}
}

let usage = "usage: tracing-bench bare|reading|ours|native plain|update|subscript|with SPANS"
guard CommandLine.arguments.count == 4, let count = Int(CommandLine.arguments[3]) else { fatalError(usage) }
let form = CommandLine.arguments[2]
let provider = try TracerProvider(
  resource: Resource(["service.name": "bench"]), processors: [DroppingProcessor()])
let tracer = provider.tracer("bench")
switch CommandLine.arguments[1] {
case "bare": InstrumentationSystem.bootstrap(BareTracer(readsAttributes: false))
case "reading": InstrumentationSystem.bootstrap(BareTracer(readsAttributes: true))
case "ours": InstrumentationSystem.bootstrap(DistributedTracer(tracer))
case "native": break
default: fatalError(usage)
}

// Six texts and four numbers.
@inline(never)
func set(_ attributes: inout SpanAttributes) {
  attributes["http.request.method"] = "GET"
  attributes["url.path"] = "/users/1234567890"
  attributes["url.scheme"] = "https"
  attributes["http.route"] = "/users/{id}"
  attributes["server.address"] = "shop.example.com"
  attributes["user_agent.original"] = "curl/8.5.0 (x86_64)"
  attributes["server.port"] = 443
  attributes["http.response.status_code"] = 200
  attributes["http.response.body.size"] = 5120
  attributes["network.peer.port"] = 51_234
}

@inline(never)
func set(_ span: any Tracing.Span) {
  span.attributes["http.request.method"] = "GET"
  span.attributes["url.path"] = "/users/1234567890"
  span.attributes["url.scheme"] = "https"
  span.attributes["http.route"] = "/users/{id}"
  span.attributes["server.address"] = "shop.example.com"
  span.attributes["user_agent.original"] = "curl/8.5.0 (x86_64)"
  span.attributes["server.port"] = 443
  span.attributes["http.response.status_code"] = 200
  span.attributes["http.response.body.size"] = 5120
  span.attributes["network.peer.port"] = 51_234
}

@inline(never)
func set(_ span: RecordingSpan) {
  span.setAttribute("http.request.method", "GET")
  span.setAttribute("url.path", "/users/1234567890")
  span.setAttribute("url.scheme", "https")
  span.setAttribute("http.route", "/users/{id}")
  span.setAttribute("server.address", "shop.example.com")
  span.setAttribute("user_agent.original", "curl/8.5.0 (x86_64)")
  span.setAttribute("server.port", 443)
  span.setAttribute("http.response.status_code", 200)
  span.setAttribute("http.response.body.size", 5120)
  span.setAttribute("network.peer.port", 51_234)
}

func oneSpan() {
  if CommandLine.arguments[1] == "native" {
    let span = tracer.startSpan("GET /users/{id}", kind: .server)
    if form != "plain" { set(span) }
    return span.end()
  }
  switch form {
  case "plain": startSpan("GET /users/{id}", ofKind: .server).end()
  case "update":
    let span = startSpan("GET /users/{id}", ofKind: .server)
    span.updateAttributes { set(&$0) }
    span.end()
  case "subscript":
    let span = startSpan("GET /users/{id}", ofKind: .server)
    set(span)
    span.end()
  case "with": withSpan("GET /users/{id}", ofKind: .server) { span in span.updateAttributes { set(&$0) } }
  default: fatalError(usage)
  }
}

for _ in 0..<count { oneSpan() }
