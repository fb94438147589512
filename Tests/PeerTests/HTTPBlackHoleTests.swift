#if HTTP
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import Testing

  extension PeerTests {
    /// Each kind of wait with each kind of server or proxy that accepts no spans over HTTP, on real sockets.
    @Suite(.serialized) struct HTTPBlackHoleTests {
      enum Server: CaseIterable {
        case absent, unresolvable, filtered, silent, stallsInTLS, halfHead, halfBody, readsOneByteASecond, resetsInBody
        case unavailable, unavailableWithPause, tooManyRequests, absentProxy, silentProxy
      }

      /// A configuration for a new server, and the objects that keep it alive.
      private struct Place {
        var configuration: OTLPHTTPExporter.Configuration
        let keeper: AnyObject?

        init(_ endpoint: String, _ keeper: AnyObject? = nil) {
          configuration = OTLPHTTPExporter.Configuration(endpoint: endpoint)
          self.keeper = keeper
        }

        init(port: UInt16, _ keeper: AnyObject? = nil) { self.init("http://127.0.0.1:\(port)", keeper) }
      }

      private static func answering(_ response: LoopbackCollector.Response) async throws -> Place {
        let collector = try await LoopbackCollector()
        collector.onRequest { _ in response }
        return Place(collector.endpoint, collector)
      }

      private static func canned(_ answer: String, scheme: String = "http") throws -> Place {
        let canned = try Loopback.Canned(answer)
        return Place("\(scheme)://127.0.0.1:\(canned.port)", canned)
      }

      /// The exporter's proxy; the server doesn't exist.
      private static func proxied(by port: UInt16, _ keeper: AnyObject) -> Place {
        var place = Place("http://collector.invalid:4318", keeper)
        place.configuration.proxy = .http("http://127.0.0.1:\(port)")
        return place
      }

      private static func start(_ server: Server) async throws -> Place {
        switch server {
        case .absent:
          let port = Loopback.HeldPort()
          return Place(port: port.number, port)
        case .unresolvable: return Place("http://nowhere.invalid:4318")
        case .filtered:
          let deaf = Loopback.Deaf()
          return Place(port: deaf.port, deaf)
        case .silent:
          let listener = Loopback.Listener(backlog: 16)
          return Place(port: listener.port, listener)
        // The first bytes of a ServerHello.
        case .stallsInTLS: return try canned("\u{16}\u{3}\u{3}\0z\u{2}\0\0v\u{3}\u{3}", scheme: "https")
        case .halfHead: return try canned("HTTP/1.1 200 OK\r\nContent-")
        case .halfBody:
          return try canned("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 9\r\n\r\nhalf")
        case .readsOneByteASecond:
          let reader = try Loopback.SlowReader()
          return Place(port: reader.port, reader)
        case .resetsInBody: return try await answering(.resetAfterData(.internalError))
        case .unavailable: return try await answering(.status(.unavailable))
        case .unavailableWithPause: return try await answering(.status(.unavailable, retryDelay: .seconds(1)))
        case .tooManyRequests: return try await answering(.status(.resourceExhausted, retryDelay: .seconds(1)))
        case .absentProxy:
          let port = Loopback.HeldPort()
          return proxied(by: port.number, port)
        case .silentProxy:
          let listener = Loopback.Listener(backlog: 16)
          return proxied(by: listener.port, listener)
        }
      }

      private static func expectInTime(_ wait: ProcessorWait, _ server: Server) async throws {
        let place = try await start(server)
        try await wait.expectInTime(try OTLPHTTPExporter(place.configuration, diagnostics: .silent))
        if let collector = place.keeper as? LoopbackCollector { await collector.stop() }
        withExtendedLifetime(place.keeper) {}
      }

      @Test("each wait ends in time with a balanced ledger", arguments: Server.allCases)
      func everyWaitEndsInTime(_ server: Server) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for wait in ProcessorWait.allCases { group.addTask { try await Self.expectInTime(wait, server) } }
          try await group.waitForAll()
        }
      }

      @Test("a server that starts late gets the spans that a flush could not deliver") func lateServer() async throws {
        try await ProcessorWait.expectLateDelivery { try OTLPHTTPExporter(.init(endpoint: $0), diagnostics: .silent) }
      }
    }
  }
#endif
