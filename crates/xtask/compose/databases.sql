-- Run once by the image of compose.yaml, when its volume is empty.
create database velure_auth;
create database velure_orders;
