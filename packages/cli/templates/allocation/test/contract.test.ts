import { test } from 'node:test';
import { allocationContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

allocationContract({ test }, () => myComponent(), { plugins: [plugin] });
