import OTLPTesting
import TestSupport
import Testing

/// A collector, and the options with which a subject exports there.
struct CollectorPlace {
  let collector: LoopbackCollector
  let options: [String]
  private let certificates: TestCertificates?
  // Holds the port while the collector restarts.
  private let port = Loopback.HeldPort()

  init(tls: Bool) async throws {
    certificates = tls ? try TestCertificates() : nil
    var configuration = LoopbackCollector.Configuration(port: port.number)
    configuration.tls = certificates.map { .init(certificate: $0.certificate, privateKey: $0.privateKey) }
    collector = try await LoopbackCollector(configuration)
    options = ["endpoint=\(collector.endpoint)"] + (certificates.map { ["ca=\($0.authority)"] } ?? [])
  }

  /// The number of repeated arrivals.
  var duplicates: Int { collector.spans.count - Set(collector.spans.map(\.spanID)).count }
}
