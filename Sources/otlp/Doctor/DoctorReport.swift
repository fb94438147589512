internal import OTLPWire
internal import TelemetryCore

/// The configuration, the checks and the findings of `otlp doctor`.
package struct DoctorReport: Sendable {
  package let endpoint: String
  package let rows: [ConfigurationSurvey.Row]
  package let checks: [Check]
  package let findings: [Finding]

  /// - Parameter checks: The performed checks. The report shows the other steps as skipped.
  package init(endpoint: String, rows: [ConfigurationSurvey.Row], checks: [Check], findings: [Finding]) {
    self.endpoint = endpoint
    self.rows = rows
    self.findings = findings
    self.checks = Check.Step.allCases.map { step in
      checks.first { $0.step == step } ?? Check(step: step, result: .skipped, details: [])
    }
  }

  /// A failed export outweighs a mistake in the configuration.
  package var exitCode: ExitCode {
    let codes = findings.map(\.code)
    return [.loss, .usage, .configuration].first { codes.contains($0) } ?? .success
  }

  package var text: String {
    var text = "configuration\n"
    for row in rows {
      text += "  \(padded(row.name, 20)) \(padded(row.value, 34)) \(row.source)\n"
    }
    text += "\nchecks of \(endpoint)\n"
    for check in checks {
      let details = check.details.isEmpty && check.result == .skipped ? ["not tried"] : check.details
      let time = check.elapsed.map { Self.milliseconds($0) } ?? ""
      let head = "  \(padded(Self.label(check.result), 5)) \(padded(check.step.rawValue, 14)) \(padded(time, 9)) "
      text += trimmed(head + (details.first ?? "see below")) + "\n"
      for detail in details.dropFirst() { text += String(repeating: " ", count: 33) + detail + "\n" }
    }
    for finding in findings {
      text += "\n\(finding.mistake.rawValue): \(finding.problem)\n  what to do: \(finding.advice)\n"
    }
    if findings.isEmpty { text += "\nno mistake found\n" }
    return text
  }

  /// The report as a line of JSON.
  package var json: String {
    JSONWriter.object { writer in
      writer.field("endpoint", endpoint)
      writer.field("healthy", findings.isEmpty)
      writer.array("mistakes", findings) { writer, finding in
        writer.object { writer in
          writer.field("mistake", finding.mistake.rawValue)
          writer.field("what", finding.problem)
          writer.field("advice", finding.advice)
        }
      }
      writer.array("configuration", rows) { writer, row in
        writer.object { writer in
          writer.field("name", row.name)
          writer.field("value", row.value)
          writer.field("source", row.source)
        }
      }
      writer.object("checks") { writer in
        for check in checks { writeCheck(check, to: &writer) }
      }
      if !findings.isEmpty { writer.field("error", findings.map(\.problem).joined(separator: "; ")) }
    }
  }

  private func writeCheck(_ check: Check, to writer: inout JSONWriter) {
    writer.object(check.step.rawValue) { writer in
      writer.field("result", check.result.rawValue)
      writer.array("details", check.details)
      if let elapsed = check.elapsed { writer.field("milliseconds", thousandths: elapsed.inSeconds * 1000) }
    }
  }

  private static func label(_ result: Check.Result) -> String {
    switch result {
    case .passed: "ok"
    case .failed: "FAIL"
    case .skipped: "-"
    }
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = max(0, duration.clampedNanoseconds) / 100_000
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count < width ? text + String(repeating: " ", count: width - text.count) : text
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}
