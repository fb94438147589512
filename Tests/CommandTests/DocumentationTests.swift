import SwiftOTLP
import TestSupport
import TestThreads
import Testing
import otlp

/// The tables of the documentation, beside the code that they describe.
@Suite(.ownThreads) struct DocumentationTests {
  private static let commands = TestFiles.read(TestFiles.root + "/Sources/otlp/otlp.docc/Commands.md")
  private static let configuration = TestFiles.read(
    TestFiles.root + "/Sources/OTLPGRPC/OTLPGRPC.docc/Configuration.md")

  @Test func theToolsPageListsEachOption() {
    let names =
      LoadCommand.table.options.map(\.name) + ReceiveCommand.table.options.map(\.name)
      + SendCommand.table.options.map(\.name) + DemoCommand.table.options.map(\.name)
      + DoctorCommand.table.options.map(\.name) + ExecCommand.table.options.map(\.name)
      + SpanCommand.table.options.map(\.name) + HelpCommand.table.options.map(\.name)
    #expect(names.count > 40)
    for name in names { #expect(Self.commands.contains("--" + name), "--\(name)") }
  }

  private static let telemetry = TestFiles.read(
    TestFiles.root + "/Sources/SwiftOTLP/SwiftOTLP.docc/Configuration.md")

  @Test(arguments: ["Telemetry", "SpanLimits"])
  func thePageOfTelemetryListsEachProperty(type: String) throws {
    let files = TestFiles.sources(in: TestFiles.root + "/Sources").filter { Self.declares(type, $0) }
    let properties = files.filter { !$0.hasSuffix("/Telemetry.swift") }.flatMap {
      Self.settings(in: TestFiles.read($0))
    }
    #expect(properties.count >= 7, "\(files)")
    for property in properties { #expect(Self.telemetry.contains("`\(property)`"), "\(property)") }
  }

  @Test func thePageOfTelemetryListsEachVariable() {
    for variable in TelemetryVariables.read {
      let isListed =
        Self.telemetry.contains("`\(variable)`")
        || ["TRACES_", "LOGS_", "METRICS_", ""].map { "OTEL_EXPORTER_OTLP_" + $0 }.contains { prefix in
          let rest = variable.dropFirst(prefix.count)
          return variable.hasPrefix(prefix)
            && ["`OTEL_EXPORTER_OTLP_[TRACES_]\(rest)`", "`…\(rest)`"].contains { Self.telemetry.contains($0) }
        }
      #expect(isListed, "\(variable)")
    }
  }

  @Test(arguments: ["OTLPGRPCExporter", "BatchConfiguration", "OTLPRetryPolicy"])
  func theConfigurationPageListsEachProperty(type: String) throws {
    let files = TestFiles.sources(in: TestFiles.root + "/Sources").filter { Self.declares(type, $0) }
    let properties = files.flatMap { Self.settings(in: TestFiles.read($0)) }
    #expect(properties.count >= 7, "\(files)")
    for property in properties { #expect(Self.configuration.contains("`\(property)"), "\(property)") }
  }

  @Test func theArchitectureNamesExistingTypes() {
    let text = TestFiles.read(TestFiles.root + "/ARCHITECTURE.md")
    let names = Set(text.split(separator: "`", omittingEmptySubsequences: false).filter(Self.isTypeName))
    #expect(names.count > 20)
    let code = TestFiles.sources(in: TestFiles.root + "/Sources").map { TestFiles.read($0) }.joined()
    for name in names {
      let isDeclared = ["class", "struct", "enum", "protocol", "actor"].contains { code.contains("\($0) \(name)") }
      #expect(isDeclared, "\(name)")
    }
  }

  private static func isTypeName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isUppercase, text.count > 3 else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber } && text.contains { $0.isLowercase }
      && !TestFiles.names(in: TestFiles.root + "/Sources").contains(String(text)) && text != "Pacing"
      && text != "Balancing"
  }

  /// True if the file is where `type`, or its nested `Configuration`, declares settings.
  private static func declares(_ type: String, _ path: String) -> Bool {
    let name = path.split(separator: "/").last.map { String($0) } ?? ""
    return ["\(type).swift", "\(type)+Configuration.swift"].contains(name)
      && TestFiles.read(path).contains("public var")
  }

  /// The public properties of a configuration type, without those of its nested types.
  private static func settings(in text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      guard let range = line.firstRange(of: "public var "), line[..<range.lowerBound].allSatisfy({ $0 == " " })
      else { return nil }
      let indentation = line.distance(from: line.startIndex, to: range.lowerBound)
      let name = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber }
      let isSetting = indentation <= 4 && !line.hasSuffix("}") && !["description", "customMirror"].contains(name)
      return isSetting ? String(name) : nil
    }
  }
}
