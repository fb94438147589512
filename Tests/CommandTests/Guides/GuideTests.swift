import TestSupport
import TestThreads
import Testing

/// The Swift code of the documentation's pages, which the files of the folders `Guides` hold and compile.
@Suite(.ownThreads) struct GuideTests {
  private static let products = [
    "SwiftOTLP", "TelemetrySDK", "OTLPGRPC", "OTLPHTTP", "OTLPFile", "TelemetryDatabase", "OTLPTesting",
  ]
  private static let folders = ["CommandTests", "OTLPHTTPTests", "OTLPFileTests", "TelemetryDatabaseTests"].map {
    "\(TestFiles.root)/Tests/\($0)/Guides"
  }
  private static let pages: [String] = products.flatMap { product in
    let folder = TestFiles.root + "/Sources/\(product)/\(product).docc"
    return TestFiles.names(in: folder).filter { $0.hasSuffix(".md") && !others.contains($0) }.map { "\(folder)/\($0)" }
  }

  /// These pages show code of other packages, which the default build doesn't have. `Tests/adapters` tests the same calls.
  private static let others: Set<String> = ["Adapters.md", "ComingFromOpenTelemetrySwift.md"]

  @Test("each piece of code of each page is compiled", arguments: pages)
  func code(page: String) {
    let compiled = Self.folders.flatMap { folder in
      TestFiles.names(in: folder).map { Self.normalized(TestFiles.read("\(folder)/\($0)")) }
    }
    for block in Self.blocks(TestFiles.read(page)) {
      #expect(compiled.contains { $0.contains(block) }, "\(block)")
    }
  }

  @Test func thePagesAreThere() {
    #expect(Self.pages.count >= 21)
    #expect(Self.pages.reduce(0) { $0 + Self.blocks(TestFiles.read($1)).count } >= 30)
  }

  private static func blocks(_ text: String) -> [String] {
    var blocks: [String] = []
    var lines: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```swift" {
        lines = []
      } else if line == "```", let block = lines {
        blocks.append(normalized(block.joined(separator: "\n")))
        lines = nil
      } else {
        lines?.append(line)
      }
    }
    return blocks
  }

  /// The lines without indentation, empty lines and imports.
  private static func normalized(_ text: String) -> String {
    text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty && !$0.hasPrefix("import ") }
      .joined(separator: "\n")
  }
}
