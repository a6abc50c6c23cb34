#pragma once

/// The version of the plugin interface. A host loads only plugins that were built against its own version;
/// docs/plugin-guide.md lists what changed from one to the next.
#define FOLIO_SDK_VERSION 4
