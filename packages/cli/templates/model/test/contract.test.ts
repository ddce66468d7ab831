import { test } from 'node:test';
import { modelContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

modelContract({ test }, () => myComponent(), { plugins: [plugin] });
