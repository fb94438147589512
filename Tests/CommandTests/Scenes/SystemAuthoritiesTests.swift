import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Without a CA file the system's authorities apply (5.6.5). `SSL_CERT_FILE` names them for OpenSSL.
@Suite(.ownThreads) struct SystemAuthoritiesTests {
  @Test func theSystemsAuthoritiesApplyWithoutACAFile() async throws {
    let certificates = try TestCertificates()
    let collector = try await LoopbackCollector(.init(port: 0, tls: certificates.server))
    let arguments = ["load", "--endpoint", collector.endpoint, "--spans", "500", "--json"]
    let run = try await Tool.run(arguments, environment: ["SSL_CERT_FILE": certificates.authority])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.json("exported") == "500")
    #expect(collector.spanCount == 500)

    let short = arguments + ["--shutdown-timeout", "10"]
    let refused = try await Tool.run(short)
    #expect(refused.code == 69)
    #expect(refused.json("exported") == "0")
    #expect(refused.errors.contains("which is not among the system's trusted authorities"), "\(refused.errors)")
    #expect(collector.spanCount == 500)

    // A CA file replaces the system's authorities.
    let other = try TestCertificates()
    let replaced = try await Tool.run(
      short + ["--certificate", other.authority], environment: ["SSL_CERT_FILE": certificates.authority])
    #expect(replaced.code == 69)
    #expect(replaced.errors.contains("the authorities in '\(other.authority)'"), "\(replaced.errors)")
    await collector.stop()
  }
}
