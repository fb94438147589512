import SwiftOTLP
import TestThreads
import Testing

// The code of the page "Servers and programs". The frameworks' types have the shapes that their packages declare.

func traced<Response>(
  _ method: String, _ path: String, _ headers: [(name: String, value: String)], _ telemetry: Telemetry,
  _ respond: () async throws -> (response: Response, route: String?, status: Int)
) async throws -> Response {
  let parent = telemetry.propagator.extract(from: headers, into: TraceContext())
  let attributes: Attributes = ["http.request.method": .string(method), "url.path": .string(path)]
  return try await telemetry.tracer("http").withSpan(method, kind: .server, parent: parent, attributes: attributes) {
    span in
    let (response, route, status) = try await respond()
    if let route {
      span.updateName("\(method) \(route)")
      span.setAttribute("http.route", route)
    }
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
  struct URI { let path = "/users/7" }
  struct Request {
    let method: Method
    let uri = URI()
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
      return try await traced(request.method.rawValue, request.uri.path, headers, telemetry) {
        let response = try await next(request, context)
        return (response, context.endpointPath, response.status.code)
      }
    }
  }
}

enum VaporShape {
  struct Method { let rawValue: String }
  struct Status { let code: UInt }
  struct Route: CustomStringConvertible { let description: String }
  struct URI { let path = "/unknown" }
  final class Request: Sendable {
    let method = Method(rawValue: "GET")
    let url = URI()
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
      return try await traced(request.method.rawValue, request.url.path, headers, telemetry) {
        let response = try await next.respond(to: request)
        return (response, request.route?.description, Int(response.status.code))
      }
    }
  }
}

enum GRPCShape {
  enum MetadataValue {
    case string(String)
    func encoded() -> String {
      switch self {
      case .string(let text): text
      }
    }
  }
  struct RPCError: Error {
    struct Code { let rawValue: Int }
    let code: Code
    let message: String
  }
  struct MethodDescriptor { let fullyQualifiedMethod: String }
  struct ServerContext { let descriptor: MethodDescriptor }
  struct StreamingServerRequest<Message> { let metadata: [(key: String, value: MetadataValue)] }
  struct StreamingServerResponse<Message> { let accepted: Result<Int, RPCError> }
  protocol ServerInterceptor: Sendable {
    func intercept<Input: Sendable, Output: Sendable>(
      request: StreamingServerRequest<Input>, context: ServerContext,
      next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output>
  }

  struct TracingInterceptor: ServerInterceptor {
    let telemetry: Telemetry

    func intercept<Input: Sendable, Output: Sendable>(
      request: StreamingServerRequest<Input>, context: ServerContext,
      next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
      let headers = request.metadata.map { (name: $0.key, value: $0.value.encoded()) }
      let parent = telemetry.propagator.extract(from: headers, into: TraceContext())
      let method = context.descriptor.fullyQualifiedMethod
      return try await telemetry.tracer("grpc").withSpan(
        method, kind: .server, parent: parent, attributes: ["rpc.system": "grpc", "rpc.method": .string(method)]
      ) { span in
        let response = try await next(request, context)
        if case .failure(let error) = response.accepted {
          span.setAttribute("rpc.grpc.status_code", error.code.rawValue)
          span.setStatus(.error(error.message))
        }
        return response
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
    let call = GRPCShape.StreamingServerRequest<Int>(metadata: [("traceparent", .string(parent))])
    let context = GRPCShape.ServerContext(descriptor: .init(fullyQualifiedMethod: "shop.Cart/Add"))
    _ = try await GRPCShape.TracingInterceptor(telemetry: telemetry).intercept(request: call, context: context) {
      _, _ in
      GRPCShape.StreamingServerResponse<Int>(accepted: .failure(.init(code: .init(rawValue: 5), message: "no cart")))
    }
    try await serve(Server(), telemetry)
    let spans = exporter.items
    #expect(spans.map(\.name) == ["GET", "GET /users/{id}", "GET", "shop.Cart/Add"])
    #expect(spans[1].parentSpanID == SpanID(0x1234_5678_9012_3456) && spans[0].parentSpanID == spans[1].spanID)
    #expect(spans[1].status.code == .error && spans[1].attributes["http.response.status_code"] == 503)
    #expect(spans.map(\.kind) == [.client, .server, .server, .server])
    #expect(spans[1].attributes["url.path"] == "/users/7" && spans[1].attributes["http.route"] == "/users/{id}")
    #expect(spans[3].parentSpanID == spans[1].parentSpanID && spans[3].status == .error("no cart"))
    #expect(spans[3].attributes["rpc.grpc.status_code"] == 5)
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
