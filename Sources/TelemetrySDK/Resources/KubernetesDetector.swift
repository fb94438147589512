/// The pod: names that the downward API has put into the environment, the namespace of the service account, and the
/// pod's uid from the mounts. Only in Kubernetes, which sets `KUBERNETES_SERVICE_HOST`.
///
/// A deployment passes the names on with `fieldRef`, for instance `K8S_POD_NAME` from `metadata.name`.
public struct KubernetesDetector: ResourceDetector {
  private static let namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

  private let environment: Environment
  private let files: DetectorFiles

  /// Makes a detector.
  public init(environment: [String: String]) { self.init(environment: environment, files: .system) }

  init(environment: [String: String], files: DetectorFiles) {
    self.environment = Environment(environment)
    self.files = files
  }

  /// The attributes `k8s.…`.
  public func detect() -> Resource {
    guard environment.string(["KUBERNETES_SERVICE_HOST"]) != nil else { return .empty }
    return resource([
      "k8s.pod.name": environment.attribute("OTEL_RESOURCE_ATTRIBUTES_POD_NAME", "K8S_POD_NAME", "POD_NAME"),
      "k8s.pod.uid": environment.attribute("OTEL_RESOURCE_ATTRIBUTES_POD_UID", "K8S_POD_UID", "POD_UID")
        ?? podUID.map { .string($0) },
      "k8s.namespace.name": environment.attribute("K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE", "NAMESPACE")
        ?? files.line(Self.namespaceFile).map { .string($0) },
      "k8s.node.name": environment.attribute("OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", "K8S_NODE_NAME", "NODE_NAME"),
      "k8s.container.name": environment.attribute("K8S_CONTAINER_NAME", "CONTAINER_NAME"),
      "k8s.deployment.name": environment.attribute("K8S_DEPLOYMENT_NAME"),
      "k8s.cluster.name": environment.attribute("K8S_CLUSTER_NAME"),
    ])
  }

  /// The uid in the root of the mount of `/etc/hosts`, which the kubelet makes:
  /// `/var/lib/kubelet/pods/{uid}/etc-hosts`.
  private var podUID: String? {
    for line in files.contents("/proc/self/mountinfo")?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: " ")
      guard fields.count > 4, fields[4] == "/etc/hosts" else { continue }
      let folders = fields[3].split(separator: "/")
      if let place = folders.firstIndex(of: "pods"), place + 1 < folders.count { return String(folders[place + 1]) }
    }
    return nil
  }
}
