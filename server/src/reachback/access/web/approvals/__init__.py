"""The pages of approvals: the technician's, and the customer's approvers'."""
