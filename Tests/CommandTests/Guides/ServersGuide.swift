import SwiftOTLP
import TestThreads
import Testing

// The code of the page "Servers and programs". The frameworks' types have the shapes that their packages declare.

func traced<Response>(
  _ method: String, _ route: String, _ headers: [(name: String, value: String)], _ telemetry: Telemetry,
  _ respond: () async throws -> (response: Response, status: Int)
) async throws -> Response {
  let parent = telemetry.propagator.extract(from: headers, into: TraceContext())
  let attributes: Attributes = ["http.request.method": .string(method), "http.route": .string(route)]
  return try await telemetry.tracer("http").withSpan(
    "\(method) \(route)", kind: .server, parent: parent, attributes: attributes
  ) { span in
    let (response, status) = try await respond()
    span.setAttribute("http.response.status_code", status)
    if status >= 500 { span.setStatus(.error()) }
    return response
  }
}

enum HummingbirdShape {
  struct HTTPField {
    struct Name { let rawName: String }
    let name: Name
    let value: String
  }
  struct Method { let rawValue: String }
  struct Status { let code: Int }
  struct Request {
    let method: Method
    let headers: [HTTPField]
  }
  struct Response { let status: Status }
  protocol RequestContext { var endpointPath: String? { get } }
  protocol RouterMiddleware<Context> {
    associatedtype Context
    func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response
  }

  struct TracingMiddleware<Context: RequestContext>: RouterMiddleware {
    let telemetry: Telemetry

    func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
      let headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
      let route = context.endpointPath ?? "unknown"
      return try await traced(request.method.rawValue, route, headers, telemetry) {
        let response = try await next(request, context)
        return (response, response.status.code)
      }
    }
  }
}

enum VaporShape {
  struct Method { let rawValue: String }
  struct Status { let code: UInt }
  struct Route: CustomStringConvertible { let description: String }
  final class Request: Sendable {
    let method = Method(rawValue: "GET")
    let headers: [(name: String, value: String)] = []
    let route: Route? = nil
  }
  final class Response: Sendable { let status = Status(code: 200) }
  protocol AsyncResponder: Sendable { func respond(to request: Request) async throws -> Response }
  protocol AsyncMiddleware: Sendable {
    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response
  }

  struct TracingMiddleware: AsyncMiddleware {
    let telemetry: Telemetry

    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
      let headers = request.headers.map { (name: $0.name, value: $0.value) }
      let route = request.route?.description ?? "unknown"
      return try await traced(request.method.rawValue, route, headers, telemetry) {
        let response = try await next.respond(to: request)
        return (response, Int(response.status.code))
      }
    }
  }
}

struct Client {
  struct Response { let status: Int }
  func get(_ url: String, headers: [(name: String, value: String)]) async throws -> Response { Response(status: 200) }
}

func get(_ url: String, _ client: Client, _ telemetry: Telemetry) async throws -> Client.Response {
  try await telemetry.tracer("http").withSpan("GET", kind: .client, attributes: ["url.full": .string(url)]) { span in
    var headers: [(name: String, value: String)] = []
    telemetry.propagator.inject(into: &headers)
    let response = try await client.get(url, headers: headers)
    span.setAttribute("http.response.status_code", response.status)
    return response
  }
}

struct Server {
  func run() async throws {}
}

func serve(_ server: Server, _ telemetry: Telemetry) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await telemetry.run() }
    group.addTask { try await server.run() }
    // The first end, of the server, cancels telemetry, which delivers what is left.
    try await group.next()
    group.cancelAll()
    try await group.waitForAll()
  }
}

struct Event {
  let name = "order.placed"
  let headers: [String: String] = [:]
}

func work(_ event: Event) async throws -> String { event.name }

func handle(_ event: Event, _ telemetry: Telemetry) async throws -> String {
  let parent = telemetry.propagator.extract(from: event.headers, into: TraceContext())
  let response = try await telemetry.tracer("function").withSpan(event.name, kind: .server, parent: parent) { _ in
    try await work(event)
  }
  _ = await telemetry.forceFlush(within: .milliseconds(500))
  return response
}

func convert() throws {}

func main(_ configuration: Telemetry.Configuration) throws {
  let telemetry = try Telemetry(configuration)
  defer { telemetry.shutdownBlocking(within: .seconds(2)) }
  // The caller's span, if it passed one on: TRACEPARENT in the environment.
  let parent = telemetry.propagator.extract(
    from: configuration.environment, into: TraceContext(), using: EnvironmentTextMap())
  try telemetry.tracer("tool").withSpan("convert", parent: parent) { _ in try convert() }
}

@Suite(.ownThreads) struct ServersGuideTests {
  private let exporter = InMemorySpanExporter()

  private func telemetry() throws -> Telemetry {
    var configuration = Telemetry.Configuration(serviceName: "test")
    configuration.environment = [:]
    configuration.tracesExporters = [.exporter(exporter)]
    return try Telemetry(configuration)
  }

  private struct Context: HummingbirdShape.RequestContext { let endpointPath: String? = "/users/{id}" }
  private struct Responder: VaporShape.AsyncResponder {
    func respond(to request: VaporShape.Request) async throws -> VaporShape.Response { .init() }
  }

  @Test func aRequestBecomesASpanOfTheCallersTrace() async throws {
    let telemetry = try telemetry()
    let parent = "00-12345678901234567890123456789012-1234567890123456-01"
    let request = HummingbirdShape.Request(
      method: .init(rawValue: "GET"), headers: [.init(name: .init(rawName: "traceparent"), value: parent)])
    _ = try await HummingbirdShape.TracingMiddleware<Context>(telemetry: telemetry).handle(request, context: Context())
    {
      _, _ in
      _ = try await get("http://example.com", Client(), telemetry)
      return .init(status: .init(code: 503))
    }
    _ = try await VaporShape.TracingMiddleware(telemetry: telemetry).respond(to: .init(), chainingTo: Responder())
    try await serve(Server(), telemetry)
    let spans = exporter.items
    #expect(spans.map(\.name) == ["GET", "GET /users/{id}", "GET unknown"])
    #expect(spans[1].parentSpanID == SpanID(0x1234_5678_9012_3456) && spans[0].parentSpanID == spans[1].spanID)
    #expect(spans[1].status.code == .error && spans[1].attributes["http.response.status_code"] == 503)
    #expect(spans.map(\.kind) == [.client, .server, .server])
  }

  @Test func aFunctionDeliversBeforeItsResponse() async throws {
    let telemetry = try telemetry()
    #expect(try await handle(Event(), telemetry) == "order.placed")
    #expect(exporter.items.map(\.name) == ["order.placed"])
  }

  @Test func aProgramGoesOnWithItsCallersTrace() throws {
    var configuration = Telemetry.Configuration(serviceName: "test")
    configuration.environment = ["TRACEPARENT": "00-12345678901234567890123456789012-1234567890123456-01"]
    configuration.tracesExporters = [.exporter(exporter)]
    try main(configuration)
    #expect(exporter.items.map(\.parentSpanID) == [SpanID(0x1234_5678_9012_3456)])
  }
}
