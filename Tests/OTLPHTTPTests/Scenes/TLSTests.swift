#if HTTP
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  /// TLS with everything that the gRPC exporter has.
  @Suite(.ownThreads) struct TLSTests {
    private func server(_ name: String = "server", clientCA: String? = nil) -> LoopbackCollector.Configuration {
      LoopbackCollector.Configuration(
        port: 0,
        tls: .init(
          certificate: TestFiles.certificate("\(name).pem"), privateKey: TestFiles.certificate("\(name).key"),
          clientCA: clientCA.map(TestFiles.certificate)))
    }

    private func failure(
      _ collector: LoopbackCollector.Configuration,
      _ configure: (inout OTLPHTTPExporter.Configuration) -> Void
    ) async throws -> OTLPError {
      let scene = try await HTTPScene(collector, configure)
      let outcome = await scene.export(within: .seconds(4))
      await scene.end()
      #expect(outcome.exported == 0)
      #expect(scene.collector.requestCount == 0)
      return try #require(outcome.error as? OTLPError)
    }

    @Test("a server that isn't trusted gets nothing, and the message says why (trap 16)")
    func untrusted() async throws {
      let unknown = try await failure(server()) { $0.certificate = .file(TestFiles.certificate("other_ca.pem")) }
      #expect(unknown.code == .tls)
      #expect(unknown.message.contains("is not among the authorities in"), "\(unknown)")
      let wrongHost = try await failure(server()) {
        $0.certificate = .file(TestFiles.certificate("ca.pem"))
        $0.serverName = "elsewhere.example"
      }
      #expect(wrongHost.code == .tls)
      #expect(wrongHost.message.contains("not for elsewhere.example"), "\(wrongHost)")
      let plaintext = try await failure(.init()) { configuration in
        configuration.endpoint = configuration.endpoint.replacing("http://", with: "https://")
      }
      #expect(plaintext.code == .tls, "\(plaintext)")
    }

    @Test("a client certificate is shown, as files or as text; without one the server refuses")
    func mutual() async throws {
      for isText in [false, true] {
        func source(_ name: String) -> PEMSource {
          isText ? .pem(TestFiles.read(TestFiles.certificate(name))) : .file(TestFiles.certificate(name))
        }
        let scene = try await HTTPScene(server(clientCA: "ca.pem")) {
          $0.certificate = source("ca.pem")
          $0.clientCertificate = source("client.pem")
          $0.clientKey = source("client.key")
        }
        #expect(await scene.export().exported == 20)
        await scene.end()
      }
      let scene = try await HTTPScene(server(clientCA: "ca.pem")) {
        $0.certificate = .file(TestFiles.certificate("ca.pem"))
      }
      #expect(await scene.export(within: .seconds(4)).exported == 0)
      await scene.end()
    }

    @Test("the certificate's name may be set, also to an address")
    func names() async throws {
      for name in ["localhost", "127.0.0.1"] {
        let scene = try await HTTPScene(server()) {
          $0.certificate = .file(TestFiles.certificate("ca.pem"))
          $0.endpoint = $0.endpoint.replacing("localhost", with: "127.0.0.1")
          $0.serverName = name
        }
        #expect(await scene.export().exported == 20, "\(name)")
        #expect(scene.collector.requests.last?.header(":authority")?.hasPrefix("127.0.0.1:") == true)
        await scene.end()
      }
    }

    @Test("a file that can't be used is an error that names the option (trap 15)")
    func badFiles() {
      var configuration = OTLPHTTPExporter.Configuration(endpoint: "https://localhost:1")
      configuration.certificate = .file("/no/such/file.pem")
      do {
        _ = try OTLPHTTPExporter(configuration)
        Issue.record("no error")
      } catch {
        #expect(error.code == .unusableFile)
        #expect(error.option == "certificate")
      }
    }

    @Test("changed files are used for new connections")
    func reload() async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let authority = folder + "/ca.pem"
      try TestFiles.write(TestFiles.bytes(TestFiles.certificate("other_ca.pem")), to: authority)
      let scene = try await HTTPScene(server()) { $0.certificate = .file(authority) }
      #expect(await scene.export(within: .seconds(4)).exported == 0)
      try TestFiles.write(TestFiles.bytes(TestFiles.certificate("ca.pem")), to: authority)
      let outcome = await scene.export()
      #expect(outcome.exported == 20, "\(outcome)")
      #expect(scene.log.events.contains { $0.message.contains("changed TLS files are in use") })
      await scene.end()
    }
  }
#endif
