import OTLPTesting
import TestSupport
import Testing

/// The program of `Tests/ProcessSubject`.
enum Subject {
  static let path = TestFiles.products + "/ProcessSubject"

  static func start(_ scene: String, _ options: [String], prefix: [String] = []) throws -> ChildProcess {
    try ChildProcess(prefix + [path, scene] + options)
  }

  /// Runs a scene; it must end well.
  static func run(
    _ scene: String, _ options: [String], prefix: [String] = [], within limit: Duration = .seconds(240)
  ) async throws -> String {
    let process = try start(scene, options, prefix: prefix)
    let code = await process.wait(within: limit)
    #expect(code == 0, "\(scene): \(process.output) \(process.errors)")
    #expect(process.output.hasSuffix("done\n") || process.output.contains("done "), "\(process.output)")
    return process.output
  }
}

/// A collector with the options that lead a subject to it.
struct Place {
  let collector: LoopbackCollector
  let options: [String]
  private let certificates: TestCertificates?
  // A collector that is stopped and restarted finds its port free.
  private let port = Loopback.HeldPort()

  init(tls: Bool) async throws {
    certificates = tls ? try TestCertificates() : nil
    var configuration = LoopbackCollector.Configuration(port: port.number)
    configuration.tls = certificates.map { .init(certificate: $0.certificate, privateKey: $0.privateKey) }
    collector = try await LoopbackCollector(configuration)
    options = ["endpoint=\(collector.endpoint)"] + (certificates.map { ["ca=\($0.authority)"] } ?? [])
  }

  /// The spans that arrived more than once.
  var duplicates: Int { collector.spans.count - Set(collector.spans.map(\.spanID)).count }
}
