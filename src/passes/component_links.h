/* component_links.h - what the core modules inside of a component say to each other. */
#ifndef CTI_PASSES_COMPONENT_LINKS_H
#define CTI_PASSES_COMPONENT_LINKS_H

#include "component/component.h"

/* Can the component's own items alone tell who uses its core modules? Not when one is imported, exported, given to an instance or named from a component inside. */
bool cti_links_are_closed(const cti_component *component);

/* Exports of core modules, and of core instances that are made of single items, go when neither an alias nor a core module that gets them names them.
 * *changed: some went; what modules did for them may be dead now. requires: closed. */
ct_status cti_drop_dead_exports(cti_component *component, bool *changed);

/* Items that nothing refers to go: definitions, aliases, imports. What is instantiated stays. */
ct_status cti_drop_dead_items(cti_component *component);

/* The names by which core modules and instances are joined become short ones. requires: closed. */
ct_status cti_shorten_links(cti_component *component);

#endif
