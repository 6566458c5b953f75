import { inject } from 'vitest';
import { useBuildStore } from '../checker/build-cache.js';
import { buildFolder } from '../checker/cli/build-folder.js';

useBuildStore(buildFolder(inject('buildFolder')));
