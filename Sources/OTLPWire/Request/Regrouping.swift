internal import TelemetrySDK

/// The spans of a batch by resource and, within a resource, by scope; both in the order of their first span.
struct Regrouping {
  struct ResourceGroup {
    let resource: Resource
    fileprivate(set) var scopes: [ScopeGroup]
  }

  struct ScopeGroup {
    let scope: InstrumentationScope
    /// Positions in the batch, or nil for all spans of it.
    fileprivate(set) var members: [Int]?
  }

  let resources: [ResourceGroup]

  init(_ spans: borrowing [SpanData]) {
    if spans.isEmpty {
      resources = []
    } else if Self.isUniform(spans) {
      resources = [ResourceGroup(resource: spans[0].resource, scopes: [ScopeGroup(scope: spans[0].scope)])]
    } else {
      var sorter = Sorter()
      for index in spans.indices { sorter.add(index, spans[index]) }
      resources = sorter.resources
    }
  }

  /// True if all spans have the identical resource and scope. This is the ordinary case, so the check retains nothing.
  private static func isUniform(_ spans: borrowing [SpanData]) -> Bool {
    unsafe spans.withUnsafeBufferPointer { spans in
      guard let first = spans.baseAddress else { return true }
      let resource = unsafe ObjectIdentifier(first.pointee.resource.storage)
      let scope = unsafe ObjectIdentifier(first.pointee.scope.storage)
      for index in 1..<max(1, spans.count) {
        let span = unsafe first + index
        if unsafe ObjectIdentifier(span.pointee.resource.storage) != resource
          || ObjectIdentifier(span.pointee.scope.storage) != scope
        {
          return false
        }
      }
      return true
    }
  }

  /// Finds a span's group by identity, which is cheap, and by contents only for an identity that is new.
  private struct Sorter {
    private struct Identity: Hashable {
      var resource: ObjectIdentifier
      var scope: ObjectIdentifier
    }

    private(set) var resources: [ResourceGroup] = []
    private var resourceIndices: [Resource: Int] = [:]
    private var places: [Identity: (resource: Int, scope: Int)] = [:]
    private var last: (identity: Identity, place: (resource: Int, scope: Int))?

    mutating func add(_ index: Int, _ span: SpanData) {
      let identity = Identity(
        resource: ObjectIdentifier(span.resource.storage), scope: ObjectIdentifier(span.scope.storage))
      if last?.identity != identity { last = (identity, places[identity] ?? newPlace(identity, span)) }
      guard let place = last?.place else { return }
      resources[place.resource].scopes[place.scope].members?.append(index)
    }

    private mutating func newPlace(_ identity: Identity, _ span: SpanData) -> (resource: Int, scope: Int) {
      let resource = resourceIndices[span.resource] ?? resources.count
      if resource == resources.count {
        resources.append(ResourceGroup(resource: span.resource, scopes: []))
        resourceIndices[span.resource] = resource
      }
      let known = resources[resource].scopes.firstIndex { $0.scope == span.scope }
      let scope = known ?? resources[resource].scopes.count
      if known == nil { resources[resource].scopes.append(ScopeGroup(scope: span.scope, members: [])) }
      places[identity] = (resource, scope)
      return (resource, scope)
    }
  }
}
