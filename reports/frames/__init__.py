"""The statements that figures of many customers are made by."""
