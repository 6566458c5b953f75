/** The properties that are declared below the project's folder of properties, checked by a scenario or not. */
import type { PropertySpec } from '../language/index.js';
import { modulesOf } from './evaluate.js';
import type { Workspace } from './project.js';

export function declaredProperties({ sources, settings }: Workspace): PropertySpec[] {
  const modules = modulesOf(sources);
  return [...sources.texts.keys()]
    .filter((file) => file.startsWith(`${settings.properties}/`))
    .flatMap((file) => Object.values(modules.exportsOf(file)))
    .filter(isProperty);
}

function isProperty(value: unknown): value is PropertySpec {
  return typeof value === 'object' && value !== null && 'id' in value && 'title' in value;
}
