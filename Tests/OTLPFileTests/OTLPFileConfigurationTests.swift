import OTLPFile
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct OTLPFileConfigurationTests {
  private func refusal(_ change: (inout OTLPFileConfiguration) -> Void) -> ConfigurationError? {
    var configuration = OTLPFileConfiguration(path: "traces.jsonl")
    change(&configuration)
    do throws(ConfigurationError) {
      try configuration.validate()
      return nil
    } catch {
      return error
    }
  }

  @Test func defaults() {
    let configuration = OTLPFileConfiguration()
    #expect(configuration.output == .standardOutput)
    #expect(configuration.maxFileSize == nil && configuration.maxFileAge == nil && configuration.maxFiles == nil)
    #expect(configuration.durability == .system && configuration.permissions == 0o600)
    #expect(refusal { $0 = configuration } == nil)
  }

  @Test func aValueOutOfRangeIsNamed() {
    #expect(refusal { $0.maxFileSize = 1023 }?.description.contains("maxFileSize: '1023'") == true)
    #expect(refusal { $0.maxFileSize = 1 << 41 }?.option == "maxFileSize")
    #expect(refusal { $0.maxFileAge = .milliseconds(999) }?.option == "maxFileAge")
    #expect(refusal { ($0.maxFileSize, $0.maxFiles) = (1024, -1) }?.option == "maxFiles")
    #expect(refusal { $0.maxFiles = 3 }?.allowed == "nil without maxFileSize or maxFileAge")
    #expect(refusal { $0.permissions = 0o400 }?.value == "0o400")
    #expect(refusal { $0.permissions = 0o1600 }?.option == "permissions")
    #expect(refusal { $0.output = .file("") }?.option == "output")
    #expect(refusal { $0.output = .file("a\0b") }?.option == "output")
    #expect(refusal { $0.output = .descriptor(-1) }?.option == "output")
    #expect(refusal { ($0.output, $0.maxFileSize) = (.standardOutput, 4096) }?.allowed == "nil for standard output")
    #expect(
      refusal {
        ($0.maxFileSize, $0.maxFileAge, $0.maxFiles, $0.permissions) = (1024, .seconds(1), 0, 0o777)
      } == nil)
  }

  @Test func outputsHaveNames() {
    #expect("\(OTLPFileConfiguration.Output.standardOutput)" == "standard output")
    #expect("\(OTLPFileConfiguration.Output.descriptor(7))" == "descriptor 7")
    #expect("\(OTLPFileConfiguration.Output.file("a\nb"))" == "a b")
  }
}
