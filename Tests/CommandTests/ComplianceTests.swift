import TestSupport
import TestThreads
import Testing

/// The page about the specification's compliance matrix, beside the tests that it names.
@Suite(.ownThreads) struct ComplianceTests {
  private struct Row {
    let feature: Substring
    let state: Substring
    let reason: Substring

    /// The tests that the row names, as suite and function.
    var tests: [(suite: Substring, function: Substring)] {
      reason.matches(of: /([A-Z]\w*Tests)\/(\w+)/).map { ($0.output.1, $0.output.2) }
    }
  }

  private static let page = TestFiles.read(
    TestFiles.root + "/Sources/TelemetrySDK/TelemetrySDK.docc/Compliance.md")

  private static let rows: [Row] = page.split(separator: "\n").compactMap { line in
    let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimming(" ") }
    guard cells.count == 5, cells[1] != "Feature", !cells[1].hasPrefix("-") else { return nil }
    return Row(feature: cells[1], state: cells[2], reason: cells[3])
  }

  @Test func eachNamedTestExists() {
    let files = Self.sources(in: TestFiles.root + "/Tests")
    var names = 0
    for row in Self.rows {
      for (suite, function) in row.tests {
        let text = files.filter { $0.hasSuffix("/\(suite).swift") }.map { TestFiles.read($0) }.joined()
        #expect(text.firstRange(of: "func \(function)(") != nil, "\(row.feature): \(suite)/\(function)")
        names += 1
      }
    }
    #expect(names > 100)
  }

  @Test("each feature has a test or a reason, and at least 95 of 100 have a test")
  func states() {
    for row in Self.rows {
      switch row.state {
      case "+": #expect(!row.tests.isEmpty, "\(row.feature)")
      case "–", "N/A": #expect(row.tests.isEmpty && row.reason.count > 20, "\(row.feature)")
      default: Issue.record("\(row.feature): state \(row.state)")
      }
    }
    let (present, absent) = (Self.rows.count { $0.state == "+" }, Self.rows.count { $0.state == "–" })
    #expect(100 * present >= 95 * (present + absent), "\(present) of \(present + absent)")
  }

  @Test("no row of the specification's matrix is missing")
  func count() {
    // Traces, baggage, resource, context propagation, metrics, other formats, environment variables, logs; the signals with rows of our own.
    let counts = Self.page.split(separator: "\n## ").dropFirst().map { section in
      section.split(separator: "\n").count { $0.hasPrefix("| ") && !$0.hasPrefix("| Feature") }
    }
    #expect(counts.dropFirst() == [64, 2, 7, 19, 12, 4, 30, 28])
  }

  @Test func attributesAtTheStartAreDocumentedAsPreferred() {
    let tracer = TestFiles.read(TestFiles.root + "/Sources/TelemetrySDK/Trace/TelemetryTracer.swift")
    #expect(tracer.contains("Prefer them to attributes that are set later"))
  }

  private static func sources(in folder: String) -> [String] {
    TestFiles.names(in: folder).flatMap { name in
      name.hasSuffix(".swift") ? ["\(folder)/\(name)"] : sources(in: "\(folder)/\(name)")
    }
  }
}

extension Substring {
  /// The text without this character around it.
  fileprivate func trimming(_ character: Character) -> Substring {
    var rest = drop { $0 == character }
    while rest.last == character { rest.removeLast() }
    return rest
  }
}
