import { test } from 'node:test';
import { datasetContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

datasetContract({ test }, () => myComponent(), { plugins: [plugin] });
