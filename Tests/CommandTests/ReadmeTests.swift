import HTTP2Transport
import OTLPExport
import OTLPGRPC
import TestSupport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ReadmeTests {
  private static let readme = TestFiles.read(TestFiles.root + "/README.md")

  /// Lines without their indentation and without imports.
  private func normalized(_ text: some StringProtocol) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0.drop { $0 == " " }) }
      .filter { !$0.hasPrefix("import ") }
      .joined(separator: "\n")
  }

  @Test func eachPieceOfCodeIsCompiled() {
    let compiled = [
      "CommandTests/ReadmeSnippets.swift", "TelemetrySDKTests/Scenes/CustomExporterExample.swift",
    ].map { normalized(TestFiles.read("\(TestFiles.root)/Tests/\($0)")) }
    let blocks = Self.readme.components("```swift\n").dropFirst().map { $0.components("```")[0] }
    #expect(blocks.count == 4)
    for block in blocks {
      let code = normalized(block).split(separator: "\n", omittingEmptySubsequences: false)
        .drop { $0.isEmpty }.joined(separator: "\n")
      #expect(compiled.contains { $0.contains(code) }, "\(code)")
    }
  }

  @Test func theQuotedFindingIsWhatTheDoctorPrints() throws {
    let text = "localhost:4317"
    let context = ProbeContext(.init(endpoint: text), endpoint: try Endpoint(text, insecure: false))
    let finding = Finding(.handshake(.tls(TLSError(.notTLS, "")), isSecurityMismatch: true), context)
    #expect(
      Self.readme.contains("\n\(finding.mistake.rawValue): \(finding.problem)\n  what to do: \(finding.advice)\n"))
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [Substring] {
    self[...].components(separator)
  }
}

extension Substring {
  fileprivate func components(_ separator: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self
    while let range = rest.firstRange(of: separator) {
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return parts + [rest]
  }
}
