import GRPCClient
import HTTP2Transport
import TestThreads
import Testing

@Suite(.ownThreads) struct GRPCChannelConfigurationTests {
  private func texts(_ value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), String(describing: [value]), dumped]
  }

  @Test("no description of metadata or a proxy has the secret")
  func redacted() {
    let metadata = HTTP2Field(name: "authorization", value: "s3cret")
    let server = ProxyServer(host: "p", port: 1, authorization: "s3cret")
    var configuration = GRPCChannelConfiguration(target: .host("a", port: 1), metadata: [metadata])
    configuration.targets = [.hosts([.init(host: "a", port: 1, proxy: server)])]
    let all =
      texts(metadata) + texts([metadata]) + texts(server) + texts(ProxyRoute(proxy: server, target: "t"))
      + texts(configuration)
    for text in all { #expect(!text.contains("s3cret"), "\(text)") }
    #expect("\(metadata)" == "authorization: [REDACTED]")
  }
}
