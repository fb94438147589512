/// Writes the configurations of the reverse proxies.
struct ProxySetup {
  let folder: String
  let port: UInt16
  let backend: UInt16
  let options: ProxyPeer.Options

  /// The command-line arguments of a proxy.
  func arguments(_ kind: ProxyPeer.Kind) throws -> [String] {
    switch kind {
    case .nginx: try nginx()
    case .nghttpx: try nghttpx()
    case .haproxy: try haproxy()
    case .envoy: try envoy()
    }
  }

  private func nginx() throws -> [String] {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "  \($0)_temp_path \(folder);" }
    var tls = options.certificate.map { "ssl_certificate \($0.file); ssl_certificate_key \($0.key);" } ?? ""
    if let file = options.clientAuthorities { tls += " ssl_client_certificate \(file); ssl_verify_client on;" }
    try TestFiles.write(
      """
      daemon off;
      master_process off;
      pid \(folder)/pid;
      events {}
      http {
        log_format client '$remote_port';
        access_log /dev/stdout client;
        client_max_body_size 16m;
      \(temporary.joined(separator: "\n"))
        upstream backend { server 127.0.0.1:\(backend); keepalive 4; }
        server {
          listen 127.0.0.1:\(port) \(options.certificate == nil ? "" : "ssl") \(isHTTP2 ? "http2" : "");
          \(tls)
          keepalive_requests \(options.requestsPerConnection ?? 1_000);
          # RFC 9113 lets a client refuse a field that ends in a blank; curl, Envoy and grpc-go take it.
          add_header X-Gateway "gw-1 " always;
          location / { \(options.isHTTP ? Self.httpPass : "grpc_pass grpc://backend;") }
        }
      }
      """, to: folder + "/nginx.conf")
    return ["-p", folder, "-e", "stderr", "-c", folder + "/nginx.conf"]
  }

  private static let httpPass = #"proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";"#

  /// True if clients speak HTTP/2: with prior knowledge for gRPC, by ALPN for HTTP.
  private var isHTTP2: Bool { !options.isHTTP || options.certificate != nil }

  private func nghttpx() throws -> [String] {
    try TestFiles.write("", to: folder + "/nghttpx.conf")
    var arguments = [
      "--conf=\(folder)/nghttpx.conf", "--backend=127.0.0.1,\(backend);;proto=h2", "--workers=1", "--single-process",
      "--accesslog-file=/dev/stdout", "--accesslog-format=$remote_port", "--errorlog-file=/dev/stderr",
      "--backend-connect-timeout=2s",
      "--frontend=127.0.0.1,\(port)\(options.certificate == nil ? ";no-tls" : "")",
    ]
    if let count = options.requestsPerConnection { arguments.append("--frontend-max-requests=\(count)") }
    if let file = options.clientAuthorities { arguments += ["--verify-client", "--verify-client-cacert=\(file)"] }
    if let certificate = options.certificate { arguments += [certificate.key, certificate.file] }
    return arguments
  }

  private func haproxy() throws -> [String] {
    var bind = options.isHTTP ? "" : "proto h2"
    if let certificate = options.certificate {
      // HAProxy reads certificate and key from one file.
      try TestFiles.write(
        TestFiles.read(certificate.file) + TestFiles.read(certificate.key), to: folder + "/server.pem")
      bind = "ssl crt \(folder)/server.pem alpn h2\(options.isHTTP ? ",http/1.1" : "")"
      if let file = options.clientAuthorities { bind += " ca-file \(file) verify required" }
    }
    try TestFiles.write(
      """
      global
        maxconn 100
        log stdout format raw local0 info
      defaults
        log global
        log-format %cp
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
        \(options.requestsPerConnection == nil ? "" : "timeout http-keep-alive 1ms")
      frontend in
        bind 127.0.0.1:\(port) \(bind)
        default_backend out
      backend out
        server one 127.0.0.1:\(backend) \(options.isHTTP ? "" : "proto h2")

      """, to: folder + "/haproxy.cfg")
    return ["-db", "-f", folder + "/haproxy.cfg"]
  }

  private func envoy() throws -> [String] {
    let types = "type.googleapis.com/envoy.extensions"
    let requests = options.requestsPerConnection.map { "{max_requests_per_connection: \($0)}" } ?? "{}"
    try TestFiles.write(
      """
      static_resources:
        listeners:
        - address: {socket_address: {address: 127.0.0.1, port_value: \(port)}}
          filter_chains:
          - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": \(types).filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                codec_type: HTTP2
                access_log:
                - name: envoy.access_loggers.stdout
                  typed_config:
                    "@type": \(types).access_loggers.stream.v3.StdoutAccessLog
                    log_format: {text_format_source: {inline_string: "%DOWNSTREAM_REMOTE_PORT%\\n"}}
                common_http_protocol_options: \(requests)
                route_config:
                  virtual_hosts:
                  - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: out, timeout: 0s}}]}
                http_filters:
                - name: envoy.filters.http.router
                  typed_config: {"@type": \(types).filters.http.router.v3.Router}
      \(envoyTLS(types))
        clusters:
        - name: out
          connect_timeout: 2s
          typed_extension_protocol_options:
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
              "@type": \(types).upstreams.http.v3.HttpProtocolOptions
              explicit_http_config: {http2_protocol_options: {}}
          load_assignment:
            cluster_name: out
            endpoints:
            - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: \(backend)}}}

      """, to: folder + "/envoy.yaml")
    return [
      "-c", folder + "/envoy.yaml", "--concurrency", "1", "--disable-hot-restart", "--log-level", "error",
      "--file-flush-interval-msec", "50",
    ]
  }

  private func envoyTLS(_ types: String) -> String {
    guard let certificate = options.certificate else { return "" }
    let authorities = options.clientAuthorities.map { ", validation_context: {trusted_ca: {filename: \($0)}}" }
    return """
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": \(types).transport_sockets.tls.v3.DownstreamTlsContext
                require_client_certificate: \(authorities != nil)
                common_tls_context: {alpn_protocols: [h2], tls_certificates: [{certificate_chain: {filename: \
      \(certificate.file)}, private_key: {filename: \(certificate.key)}}]\(authorities ?? "")}
      """
  }
}
