import OTLPGRPC
import OTLPWire
import SwiftOTLP
import TelemetryCore
import TestSupport
import TestThreads
import Testing
import otlp

/// The output for options and variables that contain a secret.
@Suite(.ownThreads) struct SecretOutputTests {
  private static let secret = "hunter2"
  private static let secrets = [
    "-----BEGIN PRIVATE KEY-----\n\(secret)\n-----END PRIVATE KEY-----\n", "http://me:\(secret)@host:4317/path",
    "https://me:\(secret)@host", "token-\(secret)\nand more", String(repeating: secret, count: 10),
  ]

  /// All output of `otlp doctor` except for the checks of the connection.
  private func output(
    _ arguments: [String], _ environment: [String: String], makesExporters: Bool = true
  ) -> String {
    do throws(ToolError) {
      guard case .run(let command) = try DoctorCommand.table.parse(arguments, into: DoctorCommand()) else { return "" }
      let survey = ConfigurationSurvey(command.export, environment: environment)
      let events = EventList()
      var findings = survey.findings
      do throws(OTLPError) {
        if makesExporters { _ = try OTLPGRPCExporter(survey.exporter, diagnostics: events.diagnostics) }
      } catch {
        findings.append(Finding(error))
      }
      findings += events.all.map { Finding($0) }
      let report = DoctorReport(
        endpoint: survey.exporter.endpoint, rows: survey.rows, checks: [], findings: findings)
      let checks = "checks of \(survey.exporter.endpoint)"
      var errors = events.all.map { "\($0)" }.joined()
      do throws(ToolError) {
        if makesExporters {
          _ = try SpanRun(command.export, environment: environment, diagnostics: events.diagnostics)
        }
      } catch {
        errors += error.description
      }
      // The caller redacts the endpoint of the report: `run` passes a parsed endpoint.
      return report.text.replacing(checks, with: "")
        + report.json.replacing("\"endpoint\":\(quoted(survey.exporter.endpoint))", with: "") + errors
    } catch {
      return error.description
    }
  }

  private func quoted(_ text: String) -> String {
    String(JSONWriter.object { $0.field("x", text) }.dropFirst(5).dropLast())
  }

  @Test(arguments: secrets) func noOptionIsPrintedWithItsSecret(secret: String) {
    for option in ExportOptions.table where option.description.placeholder != nil {
      for base in [[], ["--endpoint", "https://h"]] {
        let text = output(base + ["--\(option.name)", secret], [:])
        #expect(!text.contains(Self.secret), "--\(option.name): \(text)")
      }
    }
    #expect(!output([secret], [:]).contains(Self.secret))
    #expect(!output(["--insecure=\(secret)"], [:]).contains(Self.secret))
  }

  @Test(arguments: secrets) func noVariableIsPrintedWithItsSecret(secret: String) {
    let known = TelemetryVariables.read.union(TelemetryVariables.withoutEffect).sorted()
    for variable in known + ["OTEL_TRACE_SAMPLER", "grpc_proxy", "HTTPS_PROXY", "no_proxy"] {
      for arguments in [[], ["--endpoint", "https://h"]] {
        // Only these variables reach the exporters.
        let isExporters = ["OTEL_EXPORTER_OTLP_", "OTEL_BSP_", "grpc", "HTTPS", "no"].contains {
          variable.hasPrefix($0)
        }
        let text = output(
          arguments, [variable: secret, "http_proxy": "http://p:1"],
          makesExporters: isExporters && !TelemetryVariables.withoutEffect.contains(variable))
        #expect(!text.contains(Self.secret), "\(variable): \(text)")
      }
    }
  }

  @Test func noCommandPrintsTheTextOfAKey() async throws {
    for command in ["doctor", "send", "load"] {
      for arguments in [[], ["--json"]] {
        let run = try await Tool.run(
          [command, "--endpoint", "https://127.0.0.1:1"] + arguments,
          environment: [
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": Self.secrets[0],
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": TestFiles.certificate("client.pem"),
          ])
        #expect(run.code == 78)
        #expect(!(run.output + run.errors).contains(Self.secret))
        #expect((run.output + run.errors).contains("client key text ("))
        #expect(command == "doctor" || run.errors.split(separator: "\n").count == 1, "one failure, one line")
      }
    }
  }
}
